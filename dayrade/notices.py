"""Telling people what has happened to them, from apps that know no notifications.

The table of notifications belongs to an app above; settings.NOTIFIER names what writes to it.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from accounts.models import User


def notify(
    *,
    user: "User",
    type: str,  # noqa: A002  # the column's name
    title: str,
    message: str,
    action_url: str = "",
    priority: str = "medium",
) -> None:
    """Tell a person, in the application at once and by e-mail soon.

    Belongs into the service that does what it tells of: without its transaction, no notice.
    `type` is `<noun>.<what happened>`; `action_url` is a path of the front end.
    """
    notifier = import_string(settings.NOTIFIER)
    notifier(
        user=user,
        type=type,
        title=title,
        message=message,
        action_url=action_url,
        priority=priority,
    )
