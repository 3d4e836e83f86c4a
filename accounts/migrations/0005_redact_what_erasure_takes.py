"""Keep what erasure takes from an account out of the audit log, which nothing can erase."""

from django.db import migrations

from dayrade.db.operations import audit_trigger

EVENTS = (
    "INSERT OR DELETE OR UPDATE OF email, password_hash, first_name, last_name, username,"
    " avatar_url, role, zimtra_id, zimtra_username, kyc_status, email_verified, country, timezone,"
    " date_of_birth, phone_number, is_active, is_suspended, suspension_reason"
)
BEFORE = (
    "email",
    "password_hash",
    "first_name",
    "last_name",
    "date_of_birth",
    "phone_number",
)
ADDED = ("username", "avatar_url", "country", "timezone", "zimtra_id", "zimtra_username")
old = audit_trigger("users", events=EVENTS, redact=BEFORE)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_add_totp_devices")]

    operations = [
        migrations.RunSQL(old.reverse_sql, old.sql),
        audit_trigger("users", events=EVENTS, redact=(*BEFORE, *ADDED)),
    ]
