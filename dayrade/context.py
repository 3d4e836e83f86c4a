"""Where the current work comes from: the request's id, address and agent."""

from contextvars import ContextVar
from dataclasses import dataclass

USER_AGENT_MAX = 500


@dataclass(frozen=True, slots=True)
class Origin:
    """The request behind the current work; all empty in a command or a job."""

    request_id: str = ""
    ip_address: str = ""
    user_agent: str = ""


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039  # frozen
