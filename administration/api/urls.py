"""Addresses of the platform's own records."""

from django.urls import path

from administration.api import views

urlpatterns = [
    path("config", views.ConfigViewSet.as_view({"get": "show"}), name="config"),
    path(
        "system-configuration",
        views.SettingViewSet.as_view({"get": "list"}),
        name="system-configuration-list",
    ),
    path(
        "system-configuration/<key:key>",
        views.SettingViewSet.as_view({"get": "retrieve", "put": "change", "delete": "reset"}),
        name="system-configuration-detail",
    ),
    path("audit-logs", views.AuditLogViewSet.as_view({"get": "list"}), name="audit-log-list"),
    path(
        "schema-migrations",
        views.SchemaMigrationViewSet.as_view({"get": "list"}),
        name="schema-migration-list",
    ),
]
