"""The triggers of `updated_at`, and the audit of tournaments and seats without figures."""

from django.db import migrations

from dayrade.db.operations import audit_trigger, updated_at_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("tournaments", "0001_initial"),
        ("dayrade", "0002_add_functions"),
        ("administration", "0002_add_audit_function"),
    ]

    operations = [
        updated_at_trigger("tournaments"),
        updated_at_trigger("tournament_participants"),
        audit_trigger("tournaments"),
        audit_trigger(
            "tournament_participants",
            events=(
                "INSERT OR DELETE OR UPDATE OF registered_at, registration_source,"
                " ticketsource_booking_id, zimtra_account_id, starting_balance, final_rank,"
                " final_pnl, is_active, disqualified, disqualification_reason"
            ),
        ),
    ]
