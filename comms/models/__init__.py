"""Chat, commentary, notifications and the texts of e-mails."""

from comms.models.chat import (
    ChatMessage,
    ChatMessageQuerySet,
    MessageType,
)
from comms.models.commentary import (
    Commentary,
    CommentaryFact,
    CommentaryQuerySet,
    CommentarySource,
    CommentaryState,
    Personality,
    Priority,
    Retraction,
)
from comms.models.moderation import (
    ChatReport,
    ChatRoom,
    Mute,
    MuteQuerySet,
    ReportReason,
    ReportStatus,
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
    "ChatReport",
    "ChatRoom",
    "Commentary",
    "CommentaryFact",
    "CommentaryQuerySet",
    "CommentarySource",
    "CommentaryState",
    "EmailTemplate",
    "MessageType",
    "Mute",
    "MuteQuerySet",
    "Notification",
    "NotificationQuerySet",
    "Personality",
    "Priority",
    "ReportReason",
    "ReportStatus",
    "Retraction",
    "in_app",
]
