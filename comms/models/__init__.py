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
from comms.models.deliveries import (
    Category,
    Delivery,
    DeliveryQuerySet,
    DeliveryStatus,
    Outcome,
    Preference,
    PushSubscription,
    TellingKey,
    UnreachableAddress,
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
    "Category",
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
    "Delivery",
    "DeliveryQuerySet",
    "DeliveryStatus",
    "EmailTemplate",
    "MessageType",
    "Mute",
    "MuteQuerySet",
    "Notification",
    "NotificationQuerySet",
    "Outcome",
    "Personality",
    "Preference",
    "Priority",
    "PushSubscription",
    "ReportReason",
    "ReportStatus",
    "Retraction",
    "TellingKey",
    "UnreachableAddress",
    "in_app",
]
