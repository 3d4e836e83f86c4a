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


def point() -> str:
    """Return the expression of a point's JSON.

    concat() writes every value by its type's own output, at half the price of building JSON; what
    stands between two values is one text, for each costs as much as a value.
    """
    written = ["""'{"recorded_at":"'""", """to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US')"""]
    closing = 'Z"'
    for name, is_quoted in METRICS.items():
        quote = '"' if is_quoted else ""
        written += [f"""'{closing},"{name}":{quote}'""", name]
        closing = quote
    return f"concat({', '.join(written)}, '{closing}}}')"


STORED = """FROM trading_performance
    WHERE participant_id = %(participant)s AND data_source = 'dayrade'
      AND recorded_at >= coalesce(%(since)s::timestamptz, '-infinity')
      AND recorded_at < coalesce(%(before)s::timestamptz, 'infinity')
      AND recorded_at <= coalesce(%(until)s::timestamptz, 'infinity')"""
# Few points are shown as they are: of the halves of the CASE PostgreSQL runs only one.
SERIES = f"""
WITH counted AS MATERIALIZED (SELECT count(*) AS stored {STORED}),
numbered AS MATERIALIZED (
    SELECT id, total_pnl, row_number() OVER (ORDER BY recorded_at, id) AS place {STORED}
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
SELECT CASE WHEN (SELECT stored FROM counted) <= %(most)s::int
    THEN (SELECT string_agg({point()}, ',') FROM (
        SELECT {COLUMNS} {STORED} ORDER BY recorded_at, id
    ) AS whole)
    ELSE (SELECT string_agg({point()}, ',') FROM (
        SELECT {COLUMNS} {STORED}
          AND id IN (SELECT id FROM numbered WHERE place IN (SELECT place FROM kept))
        ORDER BY recorded_at, id
    ) AS thinned)
END
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
