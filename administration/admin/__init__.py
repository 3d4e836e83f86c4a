"""The back office of the platform's own records."""

from django.contrib import admin
from procrastinate.contrib.django.models import ProcrastinateJob

from administration.admin import audit, configuration
from administration.models import SchemaMigration
from dayrade.admin import ReadOnlyAdmin

__all__ = ["SchemaMigrationAdmin", "audit", "configuration"]

# The queue's own page writes past the services and the table of roles.
admin.site.unregister(ProcrastinateJob)


@admin.register(SchemaMigration)
class SchemaMigrationAdmin(ReadOnlyAdmin):
    """Which migration was applied when."""

    list_display = ["filename", "executed_at"]
    ordering = ["-executed_at", "-id"]
    search_fields = ["filename"]
    fieldsets = [(None, {"fields": ["filename", "executed_at"]})]
