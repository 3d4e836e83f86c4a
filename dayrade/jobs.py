"""Jobs: what `manage.py worker` does after the transaction that asked for it."""

from typing import TYPE_CHECKING, Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

if TYPE_CHECKING:
    from procrastinate.tasks import Task

#: Of what depends on an outside service: after 3, 9, 27 … seconds, eight times in 2.7 hours.
RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)

__all__ = ["RETRY", "app", "defer"]


def defer(task: "Task[Any, Any, Any]", **arguments: str | int | None) -> None:
    """Queue a job, in the transaction at hand: it is done if, and only if, that commits.

    The arguments are readable in the database: ids, never secrets or what is personal.

    Raises:
        psycopg.Error: as of any statement.

    """
    try:
        task.defer(**arguments)
    except ConnectorException as error:
        raise error.__cause__ or error from None
