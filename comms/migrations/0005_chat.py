"""Mutes, reported messages, and what was taken out of a chat."""

import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.functions
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from dayrade.db.operations import audit_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("comms", "0004_redact_what_was_audited"),
        ("tournaments", "0007_keep_published_results"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChatRoom",
            fields=[
                (
                    "tournament",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        primary_key=True,
                        related_name="chat_room",
                        serialize=False,
                        to="tournaments.tournament",
                    ),
                ),
                ("revision", models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "dayrade_chat_rooms",
            },
        ),
        migrations.CreateModel(
            name="ChatReport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("spam", "Spam"),
                            ("abuse", "Abuse"),
                            ("scam", "Scam"),
                            ("cheating", "Cheating"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                    ),
                ),
                ("comment", models.TextField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("upheld", "Upheld"),
                            ("dismissed", "Dismissed"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="reports",
                        to="comms.chatmessage",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="chat_reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "reported message",
                "db_table": "dayrade_chat_reports",
                "indexes": [
                    dayrade.db.indexes.Index(
                        condition=models.Q(("status", "open")),
                        fields=["created_at", "id"],
                        name="dayrade_chat_reports_open",
                    ),
                    dayrade.db.indexes.Index(fields=["user"], name="dayrade_chat_reports_user"),
                    dayrade.db.indexes.Index(
                        fields=["resolved_by"], name="dayrade_chat_reports_resolved_by"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["spam", "abuse", "scam", "cheating", "other"])
                        ),
                        name="dayrade_chat_reports_reason_check",
                        violation_error_message="Choose one of: spam, abuse, scam, cheating, other.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "upheld", "dismissed"])),
                        name="dayrade_chat_reports_status_check",
                        violation_error_message="Choose one of: open, upheld, dismissed.",
                    ),
                    models.UniqueConstraint(
                        fields=("message", "user"),
                        name="dayrade_chat_reports_once",
                        violation_error_message="This person has reported the message.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("resolved_at__isnull", True),
                                ("resolved_by__isnull", True),
                                ("status", "open"),
                            ),
                            models.Q(
                                models.Q(("status", "open"), _negated=True),
                                ("resolved_at__isnull", False),
                                ("resolved_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_chat_reports_resolved",
                        violation_error_message="What is decided has its instant and whoever decided.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mute",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("reason", models.TextField()),
                ("muted_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                ("ends_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "muted_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tournament",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="mutes",
                        to="tournaments.tournament",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="mutes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "dayrade_mutes",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["user", "-ends_at"], name="dayrade_mutes_user"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["tournament"], name="dayrade_mutes_tournament"
                    ),
                    dayrade.db.indexes.Index(fields=["muted_by"], name="dayrade_mutes_muted_by"),
                    dayrade.db.indexes.Index(fields=["lifted_by"], name="dayrade_mutes_lifted_by"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("muted_at"))),
                        name="dayrade_mutes_ends_later",
                        violation_error_message="A mute ends after it begins.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="dayrade_mutes_lifted",
                        violation_error_message="Somebody has lifted a mute at an instant, or nobody has.",
                    ),
                ],
            },
        ),
        audit_trigger("dayrade_mutes"),
        audit_trigger(
            "dayrade_chat_reports", events="DELETE OR UPDATE OF status", redact=("comment",)
        ),
    ]
