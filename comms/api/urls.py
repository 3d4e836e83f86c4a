"""Addresses of talk."""

from django.urls import path

from comms.api.brevo import BrevoViewSet
from comms.api.chat import ChatMessageViewSet, ModerationViewSet, OwnMessageViewSet
from comms.api.commentary import CommentaryViewSet, RetractionViewSet
from comms.api.getstream import GetStreamViewSet
from comms.api.notifications import NotificationViewSet
from comms.api.preferences import PreferencesViewSet, PushSubscriptionViewSet
from comms.api.sanctions import MuteViewSet, ReportingViewSet, ReportViewSet
from comms.api.templates import EmailTemplateViewSet

TOURNAMENT = "tournaments/<slug_or_id:tournament>"

urlpatterns = [
    path(
        f"{TOURNAMENT}/chat",
        ChatMessageViewSet.as_view({"get": "list", "post": "say"}),
        name="chat-list",
    ),
    path(
        "chat/<uuid:pk>",
        OwnMessageViewSet.as_view({"patch": "change", "delete": "remove"}),
        name="chat-message",
    ),
    path(
        "chat/<uuid:pk>/moderation",
        ModerationViewSet.as_view({"post": "moderate"}),
        name="chat-moderation",
    ),
    path(
        "chat/<uuid:pk>/reports",
        ReportingViewSet.as_view({"post": "report"}),
        name="chat-report",
    ),
    path("chat-reports", ReportViewSet.as_view({"get": "list"}), name="chat-report-list"),
    path(
        "chat-reports/<uuid:pk>/decision",
        ReportViewSet.as_view({"post": "decide"}),
        name="chat-report-decision",
    ),
    path(
        "users/<uuid:user>/mutes",
        MuteViewSet.as_view({"get": "list", "post": "mute"}),
        name="mute-list",
    ),
    path(
        "users/<uuid:user>/mutes/<uuid:pk>",
        MuteViewSet.as_view({"delete": "lift"}),
        name="mute-detail",
    ),
    path(
        "webhooks/getstream",
        GetStreamViewSet.as_view({"post": "receive"}),
        name="getstream-webhook",
    ),
    path(
        f"{TOURNAMENT}/commentary",
        CommentaryViewSet.as_view({"get": "list", "post": "create"}),
        name="commentary-list",
    ),
    path(
        f"{TOURNAMENT}/commentary/<uuid:pk>/retraction",
        RetractionViewSet.as_view({"post": "retract"}),
        name="commentary-retraction",
    ),
    path(
        "notifications",
        NotificationViewSet.as_view({"get": "list"}),
        name="notification-list",
    ),
    path(
        "notifications/unread-count",
        NotificationViewSet.as_view({"get": "unread_count"}),
        name="notification-unread-count",
    ),
    path(
        "notifications/read-all",
        NotificationViewSet.as_view({"post": "read_all"}),
        name="notification-read-all",
    ),
    path(
        "notifications/preferences",
        PreferencesViewSet.as_view({"get": "show", "put": "choose"}),
        name="notification-preferences",
    ),
    path(
        "notifications/push-subscriptions",
        PushSubscriptionViewSet.as_view({"get": "show", "post": "subscribe"}),
        name="push-subscription-list",
    ),
    path(
        "notifications/push-subscriptions/<uuid:pk>",
        PushSubscriptionViewSet.as_view({"delete": "forget"}),
        name="push-subscription-detail",
    ),
    path("webhooks/brevo", BrevoViewSet.as_view({"post": "take"}), name="webhook-brevo"),
    path(
        "notifications/<uuid:pk>/read",
        NotificationViewSet.as_view({"post": "read"}),
        name="notification-read",
    ),
    path(
        "email-templates",
        EmailTemplateViewSet.as_view({"get": "list", "post": "create"}),
        name="email-template-list",
    ),
    path(
        "email-templates/<uuid:pk>",
        EmailTemplateViewSet.as_view({"get": "retrieve", "patch": "change", "delete": "remove"}),
        name="email-template-detail",
    ),
    path(
        "email-templates/<uuid:pk>/preview",
        EmailTemplateViewSet.as_view({"post": "preview"}),
        name="email-template-preview",
    ),
]
