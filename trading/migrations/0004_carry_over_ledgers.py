"""Give ledgers from before the marks, tallies and running sums what passes and snapshots rest on.

Without it the first pass would value every open position at its cost.
"""

from django.db import migrations

MARKS = """
INSERT INTO dayrade_marks (tournament_id, symbol, price, as_of, valued_price, valued_as_of)
SELECT DISTINCT ON (tournament_id, symbol) tournament_id, symbol, current_price,
    last_updated_at, current_price, last_updated_at
FROM positions
WHERE status = 'open' AND current_price > 0
ORDER BY tournament_id, symbol, last_updated_at DESC, id
ON CONFLICT DO NOTHING
"""
# What is closed is worth nothing, whatever the price.
CLOSED = """
UPDATE positions
SET current_price = NULL, market_value = 0, unrealized_pnl = 0, unrealized_pnl_percentage = NULL
WHERE status = 'closed' AND (current_price, market_value, unrealized_pnl, unrealized_pnl_percentage)
    IS DISTINCT FROM (NULL::numeric, 0.0, 0.0, NULL::numeric)
"""
TALLIES = """
INSERT INTO dayrade_tallies
    (participant_id, shares_traded, stocks_traded, best_trade, worst_trade)
SELECT participant_id, sum(quantity), count(DISTINCT symbol), max(pnl), min(pnl)
FROM trades GROUP BY participant_id
ON CONFLICT DO NOTHING
"""
# As trading.services.snapshots sums them, one after the other.
RISKS = """
INSERT INTO dayrade_risks (participant_id, last_balance, peak_balance, max_drawdown, returns,
    returns_sum, returns_square_sum, broken)
SELECT participant_id, (array_agg(balance ORDER BY recorded_at DESC, id DESC))[1], max(balance),
    max(peak - balance), count(change), coalesce(sum(change), 0),
    coalesce(sum(change * change), 0), bool_or(broken)
FROM (
    SELECT *, CASE WHEN NOT broken THEN
        round(round(balance - before, 30) / before, 12) END AS change
    FROM (
        SELECT participant_id, recorded_at, id, usd_balance AS balance,
            lag(usd_balance) OVER past AS before, max(usd_balance) OVER past AS peak,
            coalesce(min(usd_balance) OVER (past ROWS BETWEEN UNBOUNDED PRECEDING
                AND 1 PRECEDING) <= 0, false) AS broken
        FROM trading_performance WHERE data_source = 'dayrade'
        WINDOW past AS (PARTITION BY participant_id ORDER BY recorded_at, id)
    ) balances
) changes
GROUP BY participant_id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0003_add_marks")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (MARKS, CLOSED, TALLIES, RISKS)
    ]
