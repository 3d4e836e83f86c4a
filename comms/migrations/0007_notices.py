"""The outbox of notifications, and what people chose of them."""

import dayrade.db.fields
import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.functions
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from dayrade.db.operations import audit_trigger, updated_at_trigger


# What the former release had queued; its jobs went by a name that there is no more.
CARRY_OVER = """
    WITH asked AS (
        DELETE FROM procrastinate_jobs
        WHERE task_name = 'comms.send_notification' AND status = 'todo'
        RETURNING args ->> 'notification_id' AS id
    )
    INSERT INTO dayrade_deliveries (notification_id, user_id, channel)
    SELECT DISTINCT n.id, n.user_id, 'email' FROM notifications n JOIN asked ON asked.id = n.id::text
    WHERE NOT n.email_sent
"""


class Migration(migrations.Migration):
    dependencies = [
        ("procrastinate", "0041_post_retry_failed_job"),
        ("comms", "0006_commentary"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
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
                    "channel",
                    models.CharField(
                        choices=[
                            ("in_app", "In App"),
                            ("email", "Email"),
                            ("push", "Push"),
                            ("sms", "Sms"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("dead", "Dead"),
                            ("skipped", "Skipped"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=20,
                    ),
                ),
                ("attempts", models.SmallIntegerField(db_default=0, default=0)),
                ("rounds", models.SmallIntegerField(db_default=0, default=0)),
                ("next_attempt_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                (
                    "last_error",
                    models.CharField(blank=True, db_default="", default="", max_length=300),
                ),
                (
                    "provider_id",
                    models.CharField(blank=True, db_default="", default="", max_length=255),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("deferred", "Deferred"),
                            ("soft_bounce", "Soft Bounce"),
                            ("delivered", "Delivered"),
                            ("unsubscribed", "Unsubscribed"),
                            ("hard_bounce", "Hard Bounce"),
                            ("spam", "Spam"),
                            ("failed", "Failed"),
                            ("blocked", "Blocked"),
                            ("invalid", "Invalid"),
                        ],
                        max_length=20,
                        null=True,
                    ),
                ),
                ("outcome_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
                (
                    "notification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="deliveries",
                        to="comms.notification",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="deliveries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "db_table": "dayrade_deliveries",
                "indexes": [
                    dayrade.db.indexes.Index(fields=["user"], name="dayrade_deliveries_user_id"),
                    dayrade.db.indexes.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["next_attempt_at"],
                        name="dayrade_deliveries_waiting",
                    ),
                    dayrade.db.indexes.Index(
                        condition=models.Q(("status", "dead")),
                        fields=["created_at"],
                        name="dayrade_deliveries_dead",
                    ),
                    dayrade.db.indexes.Index(
                        condition=models.Q(("provider_id", ""), _negated=True),
                        fields=["provider_id"],
                        name="dayrade_deliveries_provider_id",
                    ),
                    dayrade.db.indexes.Index(
                        fields=["created_at"], name="dayrade_deliveries_created_at"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "sent", "dead", "skipped"])),
                        name="dayrade_deliveries_status_check",
                        violation_error_message="Choose one of: waiting, sent, dead, skipped.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "deferred",
                                    "soft_bounce",
                                    "delivered",
                                    "unsubscribed",
                                    "hard_bounce",
                                    "spam",
                                    "failed",
                                    "blocked",
                                    "invalid",
                                ],
                            )
                        ),
                        name="dayrade_deliveries_outcome_check",
                        violation_error_message="Choose one of: deferred, soft_bounce, delivered, unsubscribed, hard_bounce, spam, failed, blocked, invalid.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "push", "sms"])),
                        name="dayrade_deliveries_channel_check",
                        violation_error_message="The application itself needs no delivery.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("status", "sent")),
                            models.Q(
                                models.Q(("status", "sent"), _negated=True),
                                ("sent_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_deliveries_sent_stamped",
                        violation_error_message="What was sent has its instant, nothing else has one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome__isnull", True), ("outcome_at__isnull", True)),
                            models.Q(("outcome__isnull", False), ("outcome_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="dayrade_deliveries_outcome_stamped",
                        violation_error_message="An outcome has its instant.",
                    ),
                    models.UniqueConstraint(
                        fields=("notification", "channel"),
                        name="dayrade_deliveries_notification_id_channel_key",
                        violation_error_message="By each channel a notification travels once.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
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
                    "category",
                    models.CharField(
                        choices=[
                            ("security", "Security"),
                            ("identity", "Identity"),
                            ("bookings", "Bookings"),
                            ("tournaments", "Tournaments"),
                            ("results", "Results"),
                            ("trades", "Trades"),
                            ("chat", "Chat"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("in_app", "In App"),
                            ("email", "Email"),
                            ("push", "Push"),
                            ("sms", "Sms"),
                        ],
                        max_length=20,
                    ),
                ),
                ("enabled", models.BooleanField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="preferences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "dayrade_notification_preferences",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "category__in",
                                [
                                    "security",
                                    "identity",
                                    "bookings",
                                    "tournaments",
                                    "results",
                                    "trades",
                                    "chat",
                                    "other",
                                ],
                            )
                        ),
                        name="dayrade_notification_preferences_category_check",
                        violation_error_message="Choose one of: security, identity, bookings, tournaments, results, trades, chat, other.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["in_app", "email", "push", "sms"])),
                        name="dayrade_notification_preferences_channel_check",
                        violation_error_message="Choose one of: in_app, email, push, sms.",
                    ),
                    models.UniqueConstraint(
                        fields=("user", "category", "channel"),
                        name="dayrade_notification_preferences_user_category_channel_key",
                        violation_error_message="There is one choice for each category and channel.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PushSubscription",
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
                ("endpoint", models.CharField(max_length=1000)),
                ("p256dh", models.CharField(max_length=100)),
                ("auth", models.CharField(max_length=50)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="push_subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "dayrade_push_subscriptions",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["user"], name="dayrade_push_subscriptions_user_id"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint",),
                        name="dayrade_push_subscriptions_endpoint_key",
                        violation_error_message="This browser is somebody's already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TellingKey",
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
                ("key", models.CharField(max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "dayrade_telling_keys",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "key"),
                        name="dayrade_telling_keys_user_id_key_key",
                        violation_error_message="This was told already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UnreachableAddress",
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
                ("address", models.CharField(max_length=255)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("deferred", "Deferred"),
                            ("soft_bounce", "Soft Bounce"),
                            ("delivered", "Delivered"),
                            ("unsubscribed", "Unsubscribed"),
                            ("hard_bounce", "Hard Bounce"),
                            ("spam", "Spam"),
                            ("failed", "Failed"),
                            ("blocked", "Blocked"),
                            ("invalid", "Invalid"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "unreachable addresses",
                "db_table": "dayrade_unreachable_addresses",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "deferred",
                                    "soft_bounce",
                                    "delivered",
                                    "unsubscribed",
                                    "hard_bounce",
                                    "spam",
                                    "failed",
                                    "blocked",
                                    "invalid",
                                ],
                            )
                        ),
                        name="dayrade_unreachable_addresses_reason_check",
                        violation_error_message="Choose one of: deferred, soft_bounce, delivered, unsubscribed, hard_bounce, spam, failed, blocked, invalid.",
                    ),
                    models.UniqueConstraint(
                        fields=("user",),
                        name="dayrade_unreachable_addresses_user_id_key",
                        violation_error_message="A person has one address.",
                    ),
                ],
            },
        ),
        migrations.RemoveIndex(model_name="notification", name="dayrade_notifications_unread"),
        updated_at_trigger("dayrade_deliveries"),
        audit_trigger("dayrade_deliveries", events="UPDATE OF rounds"),
        audit_trigger("dayrade_unreachable_addresses", events="DELETE", redact=("address",)),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
    ]
