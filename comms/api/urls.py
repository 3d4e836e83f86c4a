"""Addresses of talk."""

from django.urls import path

from comms.api import views

TOURNAMENT = "tournaments/<slug_or_id:tournament>"

urlpatterns = [
    path(f"{TOURNAMENT}/chat", views.ChatMessageViewSet.as_view({"get": "list"}), name="chat-list"),
    path(
        f"{TOURNAMENT}/commentary",
        views.CommentaryViewSet.as_view({"get": "list"}),
        name="commentary-list",
    ),
    path(
        "notifications",
        views.NotificationViewSet.as_view({"get": "list"}),
        name="notification-list",
    ),
    path(
        "notifications/unread-count",
        views.NotificationViewSet.as_view({"get": "unread_count"}),
        name="notification-unread-count",
    ),
    path(
        "notifications/read-all",
        views.NotificationViewSet.as_view({"post": "read_all"}),
        name="notification-read-all",
    ),
    path(
        "notifications/<uuid:pk>/read",
        views.NotificationViewSet.as_view({"post": "read"}),
        name="notification-read",
    ),
    path(
        "email-templates",
        views.EmailTemplateViewSet.as_view({"get": "list", "post": "create"}),
        name="email-template-list",
    ),
    path(
        "email-templates/<uuid:pk>",
        views.EmailTemplateViewSet.as_view(
            {"get": "retrieve", "patch": "change", "delete": "remove"}
        ),
        name="email-template-detail",
    ),
]
