import dayrade.db.fields
import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
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
                ("email", models.EmailField(max_length=255)),
                ("password", models.CharField(db_column="password_hash", max_length=255)),
                ("first_name", models.CharField(blank=True, max_length=100, null=True)),
                ("last_name", models.CharField(blank=True, max_length=100, null=True)),
                ("username", models.CharField(blank=True, max_length=50, null=True)),
                ("avatar_url", models.URLField(blank=True, max_length=500, null=True)),
                (
                    "role",
                    models.CharField(
                        choices=[("user", "User"), ("moderator", "Moderator"), ("admin", "Admin")],
                        db_default="user",
                        default="user",
                        max_length=20,
                    ),
                ),
                ("zimtra_id", models.CharField(blank=True, max_length=100, null=True)),
                ("zimtra_username", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "kyc_status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("in_review", "In Review"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("requires_action", "Requires Action"),
                        ],
                        db_default="pending",
                        default="pending",
                        max_length=20,
                    ),
                ),
                ("kyc_approved_at", models.DateTimeField(blank=True, null=True)),
                ("email_verified", models.BooleanField(db_default=False, default=False)),
                ("email_verified_at", models.DateTimeField(blank=True, null=True)),
                ("country", models.CharField(blank=True, max_length=100, null=True)),
                ("timezone", models.CharField(blank=True, max_length=50, null=True)),
                ("date_of_birth", models.DateField(blank=True, null=True)),
                ("phone_number", models.CharField(blank=True, max_length=20, null=True)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                ("is_suspended", models.BooleanField(db_default=False, default=False)),
                ("suspension_reason", models.TextField(blank=True, null=True)),
                (
                    "last_login",
                    models.DateTimeField(blank=True, db_column="last_login_at", null=True),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
            ],
            options={
                "db_table": "users",
                "indexes": [
                    dayrade.db.indexes.Index(fields=["email"], name="idx_users_email"),
                    dayrade.db.indexes.Index(fields=["zimtra_id"], name="idx_users_zimtra_id"),
                    dayrade.db.indexes.Index(fields=["kyc_status"], name="idx_users_kyc_status"),
                    dayrade.db.indexes.Index(fields=["role"], name="idx_users_role"),
                    dayrade.db.indexes.Index(fields=["created_at"], name="idx_users_created_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["user", "moderator", "admin"])),
                        name="users_role_check",
                        violation_error_message="Choose one of: user, moderator, admin.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kyc_status__in",
                                ["pending", "in_review", "approved", "rejected", "requires_action"],
                            )
                        ),
                        name="users_kyc_status_check",
                        violation_error_message="Choose one of: pending, in_review, approved, rejected, requires_action.",
                    ),
                    models.UniqueConstraint(
                        fields=("email",),
                        name="users_email_key",
                        violation_error_message="An account with this e-mail address exists.",
                    ),
                    models.UniqueConstraint(
                        fields=("username",),
                        name="users_username_key",
                        violation_error_message="This username is taken.",
                    ),
                    models.UniqueConstraint(
                        fields=("zimtra_id",),
                        name="users_zimtra_id_key",
                        violation_error_message="This Zimtra account belongs to another person.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email__iregex", "^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$")
                        ),
                        name="users_email_format",
                        violation_error_message="Enter an e-mail address such as name@example.com.",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="dayrade_users_email_lower",
                        violation_error_message="An account with this e-mail address exists.",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("username"),
                        name="dayrade_users_username_lower",
                        violation_error_message="This username is taken.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("username__regex", "^[A-Za-z0-9][A-Za-z0-9_-]{2,49}$")),
                        name="dayrade_users_username_format",
                        violation_error_message="A username has 3 to 50 letters, digits, hyphens and underscores, and starts with a letter or a digit.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kyc_approved_at__isnull", False), ("kyc_status", "approved")
                            ),
                            models.Q(
                                models.Q(("kyc_status", "approved"), _negated=True),
                                ("kyc_approved_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_users_kyc_approved_stamped",
                        violation_error_message="An approved identity has its instant, no other has one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("email_verified", True), ("email_verified_at__isnull", False)
                            ),
                            models.Q(
                                ("email_verified", False), ("email_verified_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_users_email_verified_stamped",
                        violation_error_message="A verified address has its instant, no other has one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_suspended", False),
                            models.Q(
                                ("suspension_reason__isnull", False),
                                models.Q(("suspension_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_users_suspended_with_reason",
                        violation_error_message="A suspension needs a reason.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UserSession",
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
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("session_token", models.CharField(max_length=255)),
                ("refresh_token", models.CharField(max_length=255)),
                ("device_info", models.JSONField(blank=True, null=True)),
                ("ip_address", models.GenericIPAddressField(blank=True, null=True)),
                ("user_agent", models.TextField(blank=True, null=True)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                (
                    "last_accessed_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
            ],
            options={
                "db_table": "user_sessions",
                "indexes": [
                    dayrade.db.indexes.Index(fields=["user"], name="idx_user_sessions_user_id"),
                    dayrade.db.indexes.Index(
                        fields=["session_token"], name="idx_user_sessions_session_token"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["expires_at"], name="idx_user_sessions_expires_at"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session_token",),
                        name="user_sessions_session_token_key",
                        violation_error_message="A token belongs to one session.",
                    ),
                    models.UniqueConstraint(
                        fields=("refresh_token",),
                        name="user_sessions_refresh_token_key",
                        violation_error_message="A token belongs to one session.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("session_token__regex", "^[0-9a-f]{64}$"),
                            ("refresh_token__regex", "^[0-9a-f]{64}$"),
                        ),
                        name="dayrade_user_sessions_hashed",
                        violation_error_message="A token is stored only as its SHA-256.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("created_at__lte", models.F("expires_at"))),
                        name="dayrade_user_sessions_expires_after_creation",
                        violation_error_message="A session ends after it begins.",
                    ),
                ],
            },
        ),
    ]
