"""Telling people what has happened to them, from apps that know no notifications.

The table of notifications belongs to an app above; settings.NOTIFIER names what writes to it, and
settings.CHAT what speaks in the chat of a tournament.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from accounts.models import User
    from tournaments.models import Tournament


def notify(
    *,
    user: "User",
    type: str,  # noqa: A002  # the column's name
    title: str,
    message: str,
    action_url: str = "",
    priority: str = "medium",
    key: str = "",
    channels: Collection[str] | None = None,
) -> None:
    """Tell a person, in the application at once and otherwise soon, by the ways they have chosen.

    Belongs into the service that does what it tells of: without its transaction, no notice.
    `type` is `<noun>.<what happened>`; `action_url` is a path of the front end. What has a `key` is
    told to a person once, however often and by however many it is tried. `channels` are those that
    it may travel by, beside the application: of "email", "push" and "sms", all without it.
    """
    notifier = import_string(settings.NOTIFIER)
    narrowed: dict[str, Any] = {} if channels is None else {"channels": channels}
    notifier(
        user=user,
        type=type,
        title=title,
        message=message,
        action_url=action_url,
        priority=priority,
        key=key,
        **narrowed,
    )


def speak(*, tournament: "Tournament", text: str) -> None:
    """Let the platform say something in a tournament's chat, in the transaction at hand."""
    import_string(settings.CHAT)(tournament=tournament, text=text)
