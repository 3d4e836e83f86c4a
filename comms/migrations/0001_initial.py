import comms.models
import dayrade.db.fields
import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.lookups
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tournaments", "0001_initial"),
        ("trading", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmailTemplate",
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
                ("name", models.CharField(max_length=100)),
                ("subject", models.CharField(max_length=255)),
                ("content", models.TextField()),
                ("template_type", models.CharField(max_length=50)),
                ("brevo_template_id", models.IntegerField(blank=True, null=True)),
                ("variables", models.JSONField(blank=True, null=True)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
            ],
            options={
                "db_table": "email_templates",
                "indexes": [
                    dayrade.db.indexes.Index(fields=["name"], name="idx_email_templates_name"),
                    dayrade.db.indexes.Index(
                        fields=["template_type"], name="idx_email_templates_type"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name",),
                        name="email_templates_name_key",
                        violation_error_message="Another template has this name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("variables__isnull", True),
                            django.db.models.lookups.Exact(
                                models.Func(models.F("variables"), function="jsonb_typeof"),
                                models.Value("array"),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_email_templates_variables_listed",
                        violation_error_message="Variables are a list of names.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("brevo_template_id__gte", Decimal("1")),
                            ("brevo_template_id__lte", Decimal("2147483647")),
                        ),
                        name="dayrade_email_templates_brevo_template_id_range",
                        violation_error_message="A Brevo template has a positive number.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChatMessage",
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
                    "tournament",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="chat_messages",
                        to="tournaments.tournament",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="chat_messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("message_text", models.TextField()),
                (
                    "message_type",
                    models.CharField(
                        choices=[
                            ("user_message", "User Message"),
                            ("system_message", "System Message"),
                            ("commentary", "Commentary"),
                            ("announcement", "Announcement"),
                        ],
                        db_default="user_message",
                        default="user_message",
                        max_length=20,
                    ),
                ),
                ("getstream_message_id", models.CharField(blank=True, max_length=100, null=True)),
                ("channel_id", models.CharField(blank=True, max_length=100, null=True)),
                ("is_moderated", models.BooleanField(db_default=False, default=False)),
                ("moderation_reason", models.TextField(blank=True, null=True)),
                (
                    "moderated_by",
                    models.ForeignKey(
                        blank=True,
                        db_column="moderated_by",
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="moderated_messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("moderated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "sentiment_score",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=3, null=True),
                ),
                (
                    "relevance_score",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=3, null=True),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
            ],
            options={
                "db_table": "chat_messages",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["tournament"], name="idx_chat_messages_tournament_id"
                    ),
                    dayrade.db.indexes.Index(fields=["user"], name="idx_chat_messages_user_id"),
                    dayrade.db.indexes.Index(
                        fields=["created_at"], name="idx_chat_messages_created_at"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["getstream_message_id"], name="idx_chat_messages_getstream_id"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["moderated_by"], name="dayrade_chat_messages_moderated_by"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["tournament", "-created_at", "-id"],
                        name="dayrade_chat_messages_room",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "message_type__in",
                                ["user_message", "system_message", "commentary", "announcement"],
                            )
                        ),
                        name="chat_messages_message_type_check",
                        violation_error_message="Choose one of: user_message, system_message, commentary, announcement.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(
                            dayrade.db.functions.CharLength("message_text"), 1000
                        ),
                        name="chat_messages_text_length",
                        violation_error_message="A message has at most 1,000 characters.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.GreaterThanOrEqual(
                            dayrade.db.functions.CharLength(
                                dayrade.db.functions.Trim("message_text")
                            ),
                            1,
                        ),
                        name="dayrade_chat_messages_text_present",
                        violation_error_message="A message says something.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("getstream_message_id__isnull", False)),
                        fields=("getstream_message_id",),
                        name="dayrade_chat_messages_getstream_message_id_key",
                        violation_error_message="This message has arrived.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("is_moderated", True),
                                ("moderated_at__isnull", False),
                                ("moderation_reason__isnull", False),
                            ),
                            models.Q(
                                ("is_moderated", False),
                                ("moderated_at__isnull", True),
                                ("moderation_reason__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_chat_messages_is_moderated_stamped",
                        violation_error_message="A hidden message has an instant and a reason, no other has them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sentiment_score__gte", Decimal("-1")),
                            ("sentiment_score__lte", Decimal("1")),
                        ),
                        name="dayrade_chat_messages_sentiment_score_range",
                        violation_error_message="A sentiment lies between -1.00 and 1.00.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("relevance_score__gte", Decimal("0")),
                            ("relevance_score__lte", Decimal("1")),
                        ),
                        name="dayrade_chat_messages_relevance_score_range",
                        violation_error_message="A relevance lies between 0.00 and 1.00.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Commentary",
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
                    "tournament",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="commentary",
                        to="tournaments.tournament",
                    ),
                ),
                (
                    "personality",
                    models.CharField(
                        choices=[
                            ("bull", "Bull"),
                            ("bear", "Bear"),
                            ("sage", "Sage"),
                            ("rocket", "Rocket"),
                        ],
                        max_length=20,
                    ),
                ),
                ("commentary_text", models.TextField()),
                ("trigger_event", models.CharField(blank=True, max_length=100, null=True)),
                ("trigger_data", models.JSONField(blank=True, null=True)),
                (
                    "trigger_user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="triggered_commentary",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("audio_url", models.URLField(blank=True, max_length=500, null=True)),
                ("audio_duration", models.IntegerField(blank=True, null=True)),
                ("audio_generated", models.BooleanField(db_default=False, default=False)),
                ("scheduled_at", models.DateTimeField(blank=True, null=True)),
                ("played_at", models.DateTimeField(blank=True, null=True)),
                ("is_played", models.BooleanField(db_default=False, default=False)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("trading", "Trading"),
                            ("economic", "Economic"),
                            ("chat", "Chat"),
                            ("manual", "Manual"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("low", "Low"),
                            ("medium", "Medium"),
                            ("high", "High"),
                            ("urgent", "Urgent"),
                        ],
                        db_default="medium",
                        default="medium",
                        max_length=10,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
            ],
            options={
                "verbose_name_plural": "commentary",
                "db_table": "commentary",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["tournament"], name="idx_commentary_tournament_id"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["personality"], name="idx_commentary_personality"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["scheduled_at"], name="idx_commentary_scheduled_at"
                    ),
                    dayrade.db.indexes.Index(fields=["source"], name="idx_commentary_source"),
                    dayrade.db.indexes.Index(fields=["priority"], name="idx_commentary_priority"),
                    dayrade.db.indexes.Index(
                        fields=["trigger_user"], name="dayrade_commentary_trigger_user_id"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["tournament", "-created_at", "-id"], name="dayrade_commentary_room"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("personality__in", ["bull", "bear", "sage", "rocket"])),
                        name="commentary_personality_check",
                        violation_error_message="Choose one of: bull, bear, sage, rocket.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["trading", "economic", "chat", "manual"])
                        ),
                        name="commentary_source_check",
                        violation_error_message="Choose one of: trading, economic, chat, manual.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("priority__in", ["low", "medium", "high", "urgent"])),
                        name="commentary_priority_check",
                        violation_error_message="Choose one of: low, medium, high, urgent.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_played", True), ("played_at__isnull", False)),
                            models.Q(("is_played", False), ("played_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="dayrade_commentary_is_played_stamped",
                        violation_error_message="A played line has its instant, no other has one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("audio_generated", False),
                            ("audio_url__isnull", False),
                            _connector="OR",
                        ),
                        name="dayrade_commentary_audio_generated_stamped",
                        violation_error_message="Generated audio has an address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("audio_duration__gte", Decimal("0")),
                            ("audio_duration__lte", Decimal("2147483647")),
                        ),
                        name="dayrade_commentary_audio_duration_range",
                        violation_error_message="Audio lasts 0 seconds or more.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
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
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("type", models.CharField(max_length=50)),
                ("title", models.CharField(max_length=255)),
                ("message", models.TextField()),
                ("is_read", models.BooleanField(db_default=False, default=False)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("low", "Low"),
                            ("medium", "Medium"),
                            ("high", "High"),
                            ("urgent", "Urgent"),
                        ],
                        db_default="medium",
                        default="medium",
                        max_length=10,
                    ),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("in_app", "In App"),
                                ("email", "Email"),
                                ("push", "Push"),
                                ("sms", "Sms"),
                            ],
                            max_length=20,
                        ),
                        db_default=comms.models.ChannelsDefault(),
                        default=comms.models.in_app,
                    ),
                ),
                ("action_url", models.CharField(blank=True, max_length=500, null=True)),
                ("action_label", models.CharField(blank=True, max_length=100, null=True)),
                ("email_sent", models.BooleanField(db_default=False, default=False)),
                ("email_sent_at", models.DateTimeField(blank=True, null=True)),
                ("push_sent", models.BooleanField(db_default=False, default=False)),
                ("push_sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "tournament",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="notifications",
                        to="tournaments.tournament",
                    ),
                ),
                (
                    "trade",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="notifications",
                        to="trading.trade",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
            ],
            options={
                "db_table": "notifications",
                "indexes": [
                    dayrade.db.indexes.Index(fields=["user"], name="idx_notifications_user_id"),
                    dayrade.db.indexes.Index(fields=["type"], name="idx_notifications_type"),
                    dayrade.db.indexes.Index(fields=["is_read"], name="idx_notifications_is_read"),
                    dayrade.db.indexes.Index(
                        fields=["created_at"], name="idx_notifications_created_at"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["priority"], name="idx_notifications_priority"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["tournament"], name="dayrade_notifications_tournament_id"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["trade"], name="dayrade_notifications_trade_id"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["user", "-created_at", "-id"], name="dayrade_notifications_inbox"
                    ),
                    dayrade.db.indexes.Index(
                        condition=models.Q(("is_read", False)),
                        fields=["user"],
                        name="dayrade_notifications_unread",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("priority__in", ["low", "medium", "high", "urgent"])),
                        name="notifications_priority_check",
                        violation_error_message="Choose one of: low, medium, high, urgent.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channels__contained_by", ["in_app", "email", "push", "sms"]),
                            models.Q(("channels", []), _negated=True),
                        ),
                        name="dayrade_notifications_channels_known",
                        violation_error_message="Choose among: in_app, email, push, sms.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_read", True), ("read_at__isnull", False)),
                            models.Q(("is_read", False), ("read_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="dayrade_notifications_is_read_stamped",
                        violation_error_message="A read notification has its instant, no other has one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("email_sent", True), ("email_sent_at__isnull", False)),
                            models.Q(("email_sent", False), ("email_sent_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="dayrade_notifications_email_sent_stamped",
                        violation_error_message="A sent e-mail has its instant, no other has one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("push_sent", True), ("push_sent_at__isnull", False)),
                            models.Q(("push_sent", False), ("push_sent_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="dayrade_notifications_push_sent_stamped",
                        violation_error_message="A sent push has its instant, no other has one.",
                    ),
                ],
            },
        ),
    ]
