"""Keep the count of seats, which follows from them, out of the audit of tournaments."""

from django.db import migrations

from dayrade.db.operations import audit_trigger

COLUMNS = (
    "name, slug, description, division, tournament_type, start_date, end_date,"
    " registration_open_date, registration_close_date, max_participants, min_participants,"
    " entry_fee, prize_pool, currency, status, ticketsource_event_id, zimtra_tournament_id,"
    " starting_balance, trading_symbols, rules, created_by"
)
WIDE = audit_trigger("tournaments")


class Migration(migrations.Migration):
    dependencies = [("tournaments", "0002_add_triggers")]

    operations = [
        migrations.RunSQL(WIDE.reverse_sql, WIDE.sql),
        audit_trigger("tournaments", events=f"INSERT OR DELETE OR UPDATE OF {COLUMNS}"),
    ]
