"""Configuration, the audit log and the list of applied migrations.

This package lies below every other, because every service writes the audit log; people are
therefore named by the setting and not imported.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact

from dayrade.db.fields import ExactDecoder, UpdatedAtField, created_at, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index

#: Actions that staff look back on when they decide about a person, whatever else is logged.
DECISIONS = (
    "kyc.decide",
    "kyc.submit",
    "participant.disqualify",
    "participant.reinstate",
    "user.lift_suspension",
    "user.suspend",
)


class SystemConfiguration(models.Model):
    """A value that overrides the default of a declared key."""

    id = primary_key()
    key = models.CharField(max_length=100)
    value = models.JSONField(blank=True)  # an empty text is a value
    description = models.TextField(null=True, blank=True)

    category = models.CharField(max_length=50)
    is_sensitive = models.BooleanField(default=False, db_default=False)
    requires_restart = models.BooleanField(default=False, db_default=False)

    created_at = created_at()
    updated_at = UpdatedAtField()
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_column="updated_by",
        db_index=False,
        related_name="configuration_changes",
    )

    class Meta:
        db_table = "system_configuration"
        constraints = [
            models.UniqueConstraint(
                name="system_configuration_key_key",
                fields=["key"],
                violation_error_message="This key has a value.",
            ),
            models.CheckConstraint(
                name="dayrade_system_configuration_key_format",
                condition=Q(key__regex=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$"),
                violation_error_message=(
                    "A key has lower-case words, joined by dots, such as chat.flood_limit."
                ),
            ),
            models.CheckConstraint(
                name="dayrade_system_configuration_sensitive_encrypted",
                condition=Q(is_sensitive=False)
                | Q(Exact(Func(F("value"), function="jsonb_typeof"), Value("object")))
                & Q(value__has_key="encrypted"),
                violation_error_message="A sensitive value is stored encrypted.",
            ),
        ]
        indexes = [
            Index(name="idx_system_configuration_key", fields=["key"]),
            Index(name="idx_system_configuration_category", fields=["category"]),
            Index(name="dayrade_system_configuration_updated_by", fields=["updated_by"]),
        ]

    def __str__(self) -> str:
        """Show the key."""
        return self.key


class AuditLog(models.Model):
    """Who did what, why, and what it changed; written by triggers, never edited."""

    id = primary_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        related_name="audit_logs",
    )

    action = models.CharField(max_length=100)
    entity_type = models.CharField(max_length=50)
    entity_id = models.UUIDField(null=True, blank=True)

    old_values = models.JSONField(null=True, blank=True, decoder=ExactDecoder)
    new_values = models.JSONField(null=True, blank=True, decoder=ExactDecoder)
    changes = models.JSONField(null=True, blank=True)

    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.TextField(null=True, blank=True)
    request_id = models.CharField(max_length=100, null=True, blank=True)

    created_at = created_at()

    class Meta:
        db_table = "audit_logs"
        indexes = [
            Index(name="idx_audit_logs_user_id", fields=["user"]),
            Index(name="idx_audit_logs_action", fields=["action"]),
            Index(name="idx_audit_logs_entity_type", fields=["entity_type"]),
            Index(name="idx_audit_logs_created_at", fields=["created_at"]),
            Index(name="dayrade_audit_logs_entity", fields=["entity_id", "-created_at"]),
            Index(
                name="dayrade_audit_logs_decisions",
                fields=["entity_id", "-created_at", "-id"],
                condition=Q(action__in=DECISIONS),
            ),
            Index(
                name="dayrade_audit_logs_kyc",
                fields=["entity_id", "-created_at"],
                condition=Q(new_values__has_key="kyc_status"),
            ),
            Index(name="dayrade_audit_logs_user_at", fields=["user", "-created_at", "-id"]),
            Index(name="dayrade_audit_logs_action_at", fields=["action", "-created_at", "-id"]),
            Index(
                name="dayrade_audit_logs_entity_type_at",
                fields=["entity_type", "-created_at", "-id"],
            ),
            Index(
                name="dayrade_audit_logs_request",
                fields=["request_id"],
                condition=Q(request_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Show what was done to what."""
        return f"{self.action} on {self.entity_type}"


class AuditSeal(models.Model):
    """The place of an audit row in the chain, each link of which proves all before it.

    It points at its row by id alone, so that it outlives a row that somebody removes. `row_hash`
    is what the row was when it was sealed. All rows older than `reached_at`, but for a margin, are
    sealed.
    """

    position = models.BigIntegerField(primary_key=True)
    audit_log_id = models.UUIDField()
    salt = models.UUIDField()
    row_hash = models.BinaryField()
    chain_hash = models.BinaryField()
    sealed_at = models.DateTimeField()
    reached_at = models.DateTimeField()

    class Meta:
        db_table = "dayrade_audit_chain"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_audit_chain_audit_log_key",
                fields=["audit_log_id"],
                violation_error_message="This row of the audit log is sealed.",
            )
        ]

    def __str__(self) -> str:
        """Show the place."""
        return f"{self.position}: {self.audit_log_id}"


class SchemaMigration(models.Model):
    """A migration that has been applied; a trigger keeps it equal to Django's own list."""

    id = models.AutoField(primary_key=True)
    filename = models.CharField(max_length=255)
    executed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "schema_migrations"
        managed = False

    def __str__(self) -> str:
        """Show the file."""
        return self.filename
