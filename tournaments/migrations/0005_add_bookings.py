"""The bookings of TicketSource, with the seats that they became."""

import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.text
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tournaments", "0004_add_boards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Booking",
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
                ("reference", models.CharField(max_length=100)),
                ("email", models.CharField(blank=True, max_length=255)),
                ("name", models.CharField(blank=True, max_length=255, null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10)),
                ("currency", models.CharField(max_length=3)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("paid", "Paid"),
                            ("cancelled", "Cancelled"),
                            ("refunded", "Refunded"),
                        ],
                        max_length=20,
                    ),
                ),
                ("booked_at", models.DateTimeField()),
                (
                    "mismatch",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_account", "No account has this e-mail address"),
                            (
                                "email_unverified",
                                "The account has not confirmed this e-mail address",
                            ),
                            ("account_barred", "The account is suspended or closed"),
                            ("kyc_required", "The identity is not approved"),
                            ("tournament_full", "Every place is taken"),
                            ("registration_closed", "The tournament takes no entries now"),
                            ("another_booking", "The person's seat has another booking"),
                            ("withdrawn", "The person gave the seat back"),
                            ("seat_stands", "Cancelled or refunded, but the seat stands"),
                        ],
                        max_length=30,
                        null=True,
                    ),
                ),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "first_seen_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DB_SET_NULL,
                        related_name="bookings",
                        to="tournaments.participant",
                    ),
                ),
                (
                    "tournament",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="bookings",
                        to="tournaments.tournament",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DB_SET_NULL,
                        related_name="bookings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "dayrade_bookings",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["tournament", "-booked_at", "id"],
                        name="dayrade_bookings_tournament",
                    ),
                    dayrade.db.indexes.Index(fields=["user"], name="dayrade_bookings_user"),
                    dayrade.db.indexes.Index(
                        fields=["participant"], name="dayrade_bookings_participant"
                    ),
                    dayrade.db.indexes.Index(
                        django.db.models.functions.text.Lower("email"),
                        name="dayrade_bookings_email_lower",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("reference",),
                        name="dayrade_bookings_reference_key",
                        violation_error_message="TicketSource gives a reference to one booking.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["paid", "cancelled", "refunded"])),
                        name="dayrade_bookings_status_check",
                        violation_error_message="Choose one of: paid, cancelled, refunded.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "mismatch__in",
                                [
                                    "no_account",
                                    "email_unverified",
                                    "account_barred",
                                    "kyc_required",
                                    "tournament_full",
                                    "registration_closed",
                                    "another_booking",
                                    "withdrawn",
                                    "seat_stands",
                                ],
                            )
                        ),
                        name="dayrade_bookings_mismatch_check",
                        violation_error_message="Choose one of: no_account, email_unverified, account_barred, kyc_required, tournament_full, registration_closed, another_booking, withdrawn, seat_stands.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", Decimal("0")), ("amount__lte", Decimal("99999999.99"))
                        ),
                        name="dayrade_bookings_amount_range",
                        violation_error_message="Amount must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="dayrade_bookings_currency_format",
                        violation_error_message="A currency is its ISO 4217 code, such as USD.",
                    ),
                ],
            },
        ),
    ]
