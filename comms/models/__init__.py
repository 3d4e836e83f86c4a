"""Chat, commentary, notifications and the texts of e-mails."""

from comms.models.chat import (
    ChatMessage,
    ChatMessageQuerySet,
    MessageType,
)
from comms.models.commentary import (
    Commentary,
    CommentaryQuerySet,
    CommentarySource,
    Personality,
    Priority,
)
from comms.models.notifications import (
    Channel,
    ChannelsDefault,
    Notification,
    NotificationQuerySet,
    in_app,
)
from comms.models.templates import (
    EmailTemplate,
)

__all__ = [
    "Channel",
    "ChannelsDefault",
    "ChatMessage",
    "ChatMessageQuerySet",
    "Commentary",
    "CommentaryQuerySet",
    "CommentarySource",
    "EmailTemplate",
    "MessageType",
    "Notification",
    "NotificationQuerySet",
    "Personality",
    "Priority",
    "in_app",
]
