"""A seat's figures over time, as a chart wants them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from dayrade.db.queries import fetched_one

#: What a point shows beside its instant, and whether JSON has it as a string.
METRICS = {
    "total_pnl": True,
    "realized_pnl": True,
    "unrealized_pnl": True,
    "usd_balance": True,
    "number_of_trades": False,
    "total_shares_traded": False,
    "number_of_stocks_traded": False,
    "total_notional_traded": True,
}
COLUMNS = ", ".join(["recorded_at", *METRICS])
#: concat() writes every value by its type's own output, at half the price of building JSON.
JSON = (
    """concat('{"recorded_at":"', to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'), 'Z"',"""
    + ", ".join(
        f"""',"{name}":"', {name}, '"'""" if quoted else f"""',"{name}":', {name}"""
        for name, quoted in METRICS.items()
    )
    + ", '}')"
)
STORED = """FROM trading_performance
    WHERE participant_id = %(participant)s AND data_source = 'dayrade'
      AND recorded_at >= coalesce(%(since)s::timestamptz, '-infinity')
      AND recorded_at < coalesce(%(before)s::timestamptz, 'infinity')
      AND recorded_at <= coalesce(%(until)s::timestamptz, 'infinity')"""
# Of the halves of the UNION ALL only one reads the table: PostgreSQL looks at the condition on
# `counted` once, and not for each row.
SERIES = f"""
WITH counted AS MATERIALIZED (SELECT count(*) AS stored {STORED}),
numbered AS MATERIALIZED (
    SELECT id, total_pnl, row_number() OVER (ORDER BY recorded_at, id) AS place {STORED}
      AND (SELECT stored FROM counted) > %(most)s::int
),
extremes AS (
    SELECT min(ARRAY[total_pnl, place]) AS low, max(ARRAY[total_pnl, -place]) AS high
    FROM numbered, counted
    WHERE place > 1 AND place < stored AND %(buckets)s::int > 0
    GROUP BY (place - 2) * %(buckets)s::int / (stored - 2)
),
kept AS (
    SELECT low[2]::bigint AS place FROM extremes
    UNION ALL SELECT -high[2]::bigint FROM extremes
    UNION ALL SELECT 1
    UNION ALL SELECT stored FROM counted
)
SELECT string_agg({JSON}, ',') FROM (
    SELECT * FROM (
        SELECT id, {COLUMNS} {STORED} AND (SELECT stored FROM counted) <= %(most)s::int
        UNION ALL
        SELECT id, {COLUMNS} {STORED}
          AND id IN (SELECT id FROM numbered WHERE place IN (SELECT place FROM kept))
    ) AS shown ORDER BY recorded_at, id
) AS ordered
"""  # noqa: S608  # of our own names alone
WHOLE_SECOND, WITHOUT_FRACTION = '.000000Z"', 'Z"'


def series(
    *,
    participant: UUID,
    most: int,
    since: datetime | None = None,
    before: datetime | None = None,
    until: datetime | None = None,
) -> str:
    """Return our own snapshots of a seat as a JSON array, the oldest first: at most `most`.

    More are thinned out to the first, the last, and of the stretches of equally many between
    them the lowest and the highest `total_pnl` each, of equal ones the earliest. With `most`
    below 4 only the first and the last are left. No figure is made up. `since`, `before` (itself
    left out) and `until` bound the snapshots there are.
    """
    parameters: dict[str, Any] = {
        "participant": participant,
        "most": most,
        "buckets": (most - 2) // 2,
        "since": since,
        "before": before,
        "until": until,
    }
    (points,) = fetched_one(SERIES, parameters)
    return f"[{(points or '').replace(WHOLE_SECOND, WITHOUT_FRACTION)}]"
