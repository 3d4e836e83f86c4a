"""The trigger of `updated_at` and the audit of accounts, without what is personal."""

from django.db import migrations

from dayrade.db.operations import audit_trigger, updated_at_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("dayrade", "0002_add_functions"),
        ("administration", "0002_add_audit_function"),
    ]

    operations = [
        updated_at_trigger("users"),
        audit_trigger(
            "users",
            events=(
                "INSERT OR DELETE OR UPDATE OF email, password_hash, first_name, last_name,"
                " username, avatar_url, role, zimtra_id, zimtra_username, kyc_status,"
                " email_verified, country, timezone, date_of_birth, phone_number, is_active,"
                " is_suspended, suspension_reason"
            ),
            redact=(
                "email",
                "password_hash",
                "first_name",
                "last_name",
                "date_of_birth",
                "phone_number",
            ),
        ),
    ]
