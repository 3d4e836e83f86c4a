"""The statements of the boards.

A seat's key is what it is sorted by, negated where more is better, so that every part ascends and
PostgreSQL compares two keys as rows. Its first three parts are the group: seats of one group share
a rank. Every walk along the index says its order and a limit, so that no other way looks cheaper.
"""
# ruff: noqa: S608  # only constants are put together

import json
from decimal import Decimal
from typing import Any

from tournaments.services import ranking

KEY = ranking.ORDER
GROUP = ranking.SHARED
DOWNWARDS = KEY.replace(",", " DESC,") + " DESC"
FIELD = """tournament_participants
        WHERE tournament_id = %(tournament)s AND is_active AND NOT disqualified"""
MILESTONE = (
    "%(m_total)s::numeric, %(m_realized)s::numeric, %(m_trades)s::integer,"
    " %(m_at)s::timestamptz, %(m_id)s::uuid"
)
OWN = (
    "%(total)s::numeric, %(realized)s::numeric, %(trades)s::integer,"
    " %(at)s::timestamptz, %(id)s::uuid"
)
NOBODY = "00000000-0000-0000-0000-000000000000"

COUNT = f"SELECT count(*) AS count FROM (SELECT FROM {FIELD} LIMIT %(reach)s) walked"
REVISION = """
    SELECT revision, computed_at FROM (SELECT) one
    LEFT JOIN dayrade_boards ON tournament_id = %(tournament)s
"""
# Nothing tells the planner how few seats lie between two keys: left to itself it reads a middling
# field as a whole. This holds until the end of the transaction.
BY_INDEX = """
    set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)
"""


def last_milestone(condition: str) -> str:
    """Find the last milestone of which a condition holds that holds of all before it, too.

    They are searched by halves: to look at each takes longer than all the rest of a page.
    """
    return f"""(
        WITH RECURSIVE kept AS MATERIALIZED (
            SELECT milestones || '[]' AS entries FROM dayrade_boards
            WHERE tournament_id = %(tournament)s
        ), search AS (
            SELECT 0 AS low, jsonb_array_length((SELECT entries FROM kept)) AS high
            UNION ALL
            SELECT CASE WHEN holds THEN middle + 1 ELSE low END,
                CASE WHEN holds THEN high ELSE middle END
            FROM search, LATERAL (SELECT (low + high) / 2 AS middle OFFSET 0) halved,
                LATERAL (SELECT (SELECT entries FROM kept) -> middle AS entry OFFSET 0) halfway,
                LATERAL (SELECT {condition} AS holds OFFSET 0) looked
            WHERE low < high
        )
        SELECT (SELECT entries FROM kept) -> (low - 1) AS entry FROM search
        WHERE low = high AND low > 0
    )"""


# Where a page starts from.
START = f"""
    SELECT {BY_INDEX}, revision, computed_at, seats,
        {last_milestone("(entry ->> 0)::integer <= %(offset)s")}::text AS milestone
    FROM (SELECT) one LEFT JOIN dayrade_boards ON tournament_id = %(tournament)s
"""
ENTRY_GROUP = "(entry ->> 1)::numeric * -1, (entry ->> 2)::numeric * -1, (entry ->> 3)::integer"
ENTRY_KEY = f"{ENTRY_GROUP}, (entry ->> 4)::timestamptz, (entry ->> 5)::uuid"
# A seat's key, and the last milestone at or before it.
AROUND_START = f"""
    SELECT {BY_INDEX}, revision, computed_at, seats, own.*, {
    last_milestone(f"({ENTRY_KEY}) <= (own.total, own.realized, own.trades, own.at, own.id)")
}::text AS milestone
    FROM (SELECT) one
    LEFT JOIN dayrade_boards ON tournament_id = %(tournament)s
    LEFT JOIN (
        SELECT total_pnl * -1 AS total, realized_pnl * -1 AS realized, total_trades AS trades,
            registered_at AS at, id
        FROM {FIELD} AND id = %(around)s
    ) own ON true
"""

COLUMNS = """id, user_id, registered_at, current_rank AS previous_rank, total_pnl, realized_pnl,
        unrealized_pnl, current_balance, total_trades, winning_trades, losing_trades, total_volume,
        total_pnl * -1 AS total, realized_pnl * -1 AS realized"""
# The first seat's rank counts from the last milestone before its group, which may begin long
# before the page; the others' follow from their places. What lies beyond reach is unknown.
RANKED = f"""
    first AS MATERIALIZED (
        SELECT total, realized, total_trades AS trades FROM page
        ORDER BY total, realized, total_trades LIMIT 1
    ), base AS MATERIALIZED (
        SELECT (entry ->> 0)::integer AS place, (entry ->> 1)::numeric * -1 AS total,
            (entry ->> 2)::numeric * -1 AS realized, (entry ->> 3)::integer AS trades,
            (entry ->> 4)::timestamptz AS at, (entry ->> 5)::uuid AS id
        FROM {last_milestone(f"({ENTRY_GROUP}) < (SELECT total, realized, trades FROM first)")}
            last (entry)
    ), ahead AS MATERIALIZED (
        SELECT CASE WHEN count(*) < %(reach)s
            THEN count(*) + coalesce((SELECT place FROM base), 0) END AS seats
        FROM (
            SELECT FROM {FIELD}
              AND ({KEY}) >= (
                coalesce((SELECT total FROM base), '-Infinity'),
                coalesce((SELECT realized FROM base), '-Infinity'),
                coalesce((SELECT trades FROM base), -1),
                coalesce((SELECT at FROM base), '-infinity'),
                coalesce((SELECT id FROM base), '{NOBODY}')
              )
              AND ({GROUP}) < (
                (SELECT total FROM first),
                (SELECT realized FROM first),
                (SELECT trades FROM first)
              )
            ORDER BY {KEY} LIMIT %(reach)s
        ) walked
    ), ranked AS (
        SELECT page.*, CASE WHEN within = 1 THEN ahead.seats + 1
            ELSE greatest(ahead.seats, origin.place) + within END AS rank
        FROM (
            SELECT page.*, rank() OVER (ORDER BY total, realized, total_trades) AS within
            FROM page
        ) page, ahead, origin
    ), fresh AS MATERIALIZED (
        SELECT coalesce(array_agg(symbol::text), '{{}}') AS symbols FROM dayrade_marks
        WHERE tournament_id = %(tournament)s AND valued_as_of >= %(fresh_since)s
    )
"""
# A seat is stale while it holds something whose price is old, or that has none.
STALE = """%(ages)s::boolean AND EXISTS (
            SELECT FROM positions
            WHERE participant_id = seat.id AND status = 'open'
              AND symbol <> ALL ((SELECT symbols FROM fresh)::text[])
        )"""
LINES = """
    coalesce(json_agg(json_build_object(
        'rank', seat.rank, 'previous_rank', seat.previous_rank, 'participant', seat.id,
        'username', users.username, 'avatar_url', users.avatar_url, 'country', users.country,
        'total_pnl', seat.total_pnl::text, 'realized_pnl', seat.realized_pnl::text,
        'unrealized_pnl', seat.unrealized_pnl::text,
        'current_balance', seat.current_balance::text, 'total_trades', seat.total_trades,
        'winning_trades', seat.winning_trades, 'losing_trades', seat.losing_trades,
        'total_volume', seat.total_volume::text, 'stale', {stale}
    ) ORDER BY {order}), '[]')::text AS results
"""
LIVE_LINES = LINES.format(
    stale=STALE, order="seat.total, seat.realized, seat.total_trades, registered_at, seat.id"
)
PAGE = f"""
    WITH page AS MATERIALIZED (
        SELECT {COLUMNS} FROM {FIELD} AND ({KEY}) >= ({MILESTONE})
        ORDER BY {KEY} LIMIT %(limit)s OFFSET %(skip)s
    ), origin AS (SELECT %(offset)s::bigint AS place), {RANKED}
    SELECT {LIVE_LINES} FROM ranked seat JOIN users ON users.id = seat.user_id
"""
AROUND = f"""
    WITH page AS MATERIALIZED (
        (SELECT {COLUMNS} FROM {FIELD} AND ({KEY}) < ({OWN})
        ORDER BY {DOWNWARDS} LIMIT %(before)s)
        UNION ALL
        (SELECT {COLUMNS} FROM {FIELD} AND ({KEY}) >= ({OWN})
        ORDER BY {KEY} LIMIT %(after)s)
    ), origin AS MATERIALIZED (
        SELECT CASE WHEN count(*) < %(reach)s THEN count(*) + %(m_place)s - (
            SELECT count(*) FROM page
            WHERE (total, realized, total_trades, registered_at, id) < ({OWN})
        ) END AS place
        FROM (
            SELECT FROM {FIELD} AND ({KEY}) >= ({MILESTONE}) AND ({KEY}) < ({OWN})
            ORDER BY {KEY} LIMIT %(reach)s
        ) walked
    ), {RANKED}
    SELECT {LIVE_LINES} FROM ranked seat JOIN users ON users.id = seat.user_id
"""

PART = """, part AS MATERIALIZED (
        SELECT * FROM board WHERE CASE WHEN %(around)s::uuid IS NULL
            THEN line > %(offset)s AND line <= %(offset)s::bigint + %(limit)s
            ELSE line BETWEEN (SELECT line FROM board WHERE id = %(around)s) - %(window)s
                AND (SELECT line FROM board WHERE id = %(around)s) + %(window)s END
    )
    SELECT (SELECT count(*) FROM board) AS count,
"""
# What is shown from the freeze on does not list whom staff take out after it.
KEPT = f"""
    WITH board AS MATERIALIZED (
        SELECT seat.id, seat.user_id, kept.total_pnl, kept.realized_pnl, kept.unrealized_pnl,
            usd_balance AS current_balance, number_of_trades AS total_trades,
            total_notional_traded AS total_volume, NULL::integer AS previous_rank,
            NULL::integer AS winning_trades, NULL::integer AS losing_trades,
            rank() OVER (
                ORDER BY kept.total_pnl DESC, kept.realized_pnl DESC, number_of_trades
            ) AS rank,
            row_number() OVER (
                ORDER BY kept.total_pnl DESC, kept.realized_pnl DESC, number_of_trades,
                    registered_at, seat.id
            ) AS line
        FROM trading_performance kept
        JOIN tournament_participants seat ON seat.id = kept.participant_id
        WHERE kept.tournament_id = %(tournament)s AND recorded_at = %(kept)s::timestamptz
          AND data_source = %(source)s AND NOT (%(frozen)s::boolean AND seat.disqualified)
    ){PART}{LINES.format(stale="NULL", order="line")}
    FROM part seat JOIN users ON users.id = seat.user_id
"""
# Where some seats stood on a board that was kept, whoever is out since left out.
RANKS_AT = """
    SELECT participant_id, rank FROM (
        SELECT participant_id, rank() OVER (
            ORDER BY kept.total_pnl DESC, kept.realized_pnl DESC, number_of_trades
        ) AS rank
        FROM trading_performance kept
        JOIN tournament_participants seat ON seat.id = kept.participant_id
        WHERE kept.tournament_id = %(tournament)s AND recorded_at = %(kept)s::timestamptz
          AND data_source = %(source)s AND NOT seat.disqualified
    ) board WHERE participant_id = ANY(%(seats)s::uuid[])
"""
FINALISTS = """tournament_participants
        WHERE tournament_id = %(tournament)s AND final_rank IS NOT NULL"""
FINAL_KEY = "final_rank, registered_at, id"
# Where the part lies is read from the index of the result alone, without the seats. Parts of the
# total are told as long as they are parts of the published one.
FINAL = f"""
    WITH own AS MATERIALIZED (
        SELECT count(*) AS ahead FROM {FINALISTS}
          AND ({FINAL_KEY}) < (SELECT {FINAL_KEY} FROM {FINALISTS} AND id = %(around)s)
    ), lines AS MATERIALIZED (
        SELECT CASE WHEN %(around)s::uuid IS NULL THEN %(offset)s
                ELSE greatest(ahead - %(window)s, 0) END AS first,
            CASE WHEN %(around)s::uuid IS NULL THEN %(offset)s::bigint + %(limit)s
                WHEN EXISTS (SELECT FROM {FINALISTS} AND id = %(around)s)
                THEN ahead + %(window)s + 1 ELSE 0 END AS behind
        FROM own
    ), part AS MATERIALIZED (
        SELECT id FROM {FINALISTS} ORDER BY {FINAL_KEY}
        OFFSET (SELECT first FROM lines) LIMIT (SELECT greatest(behind - first, 0) FROM lines)
    ), seat AS (
        SELECT id, user_id, final_rank AS rank, current_rank AS previous_rank, registered_at,
            final_pnl AS total_pnl,
            CASE WHEN total_pnl = final_pnl THEN realized_pnl END AS realized_pnl,
            CASE WHEN total_pnl = final_pnl THEN unrealized_pnl END AS unrealized_pnl,
            starting_balance + final_pnl AS current_balance,
            total_trades, winning_trades, losing_trades, total_volume
        FROM part JOIN tournament_participants USING (id)
    )
    SELECT (SELECT count(*) FROM {FINALISTS}) AS count,
    {LINES.format(stale="false", order="seat.rank, registered_at, seat.id")}
    FROM seat JOIN users ON users.id = seat.user_id
"""


def milestone(entry: str | None) -> dict[str, Any]:
    """Return a milestone's place and key as parameters; without one, those of the very top."""
    if entry is None:
        place, total, realized, trades, at, seat = 0, "-Infinity", "-Infinity", -1, "-infinity", ""
    else:
        place, total, realized, trades, at, seat = json.loads(entry)
        total, realized = str(-Decimal(total)), str(-Decimal(realized))
    return {
        "m_place": place,
        "m_total": total,
        "m_realized": realized,
        "m_trades": trades,
        "m_at": at,
        "m_id": seat or NOBODY,
    }
