"""The statements that book a batch; every one takes arrays, a column each."""
# ruff: noqa: S608  # only constants are put together

# Statistics tell nothing of a table that grows by thousands of rows a second, and a batch is a
# small part of a field: until the transaction ends each row is looked up by an index, and what has
# an order is read in it.
BY_INDEX = """
    SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
           set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
           set_config('enable_sort', 'off', true)
"""
# LATERAL with a LIMIT, an aggregate or OFFSET 0 allows no other way than item by item, for whoever
# has not said so. A symbol is compared as an expression, because its own index would fetch every
# trade. Whether a trade stands behind another is asked from that one on: mostly there is none, and
# nothing to fetch.
HELD = """
    SELECT wanted.participant_id::text, wanted.symbol, position.side, position.quantity,
           position.cost_basis, position.opened_at, position.closed_at,
           coalesce(position.unrealized_pnl, 0),
           EXISTS (
               SELECT FROM trades trade
               WHERE trade.participant_id = wanted.participant_id
                 AND (trade.executed_at, trade.id) >= (wanted.executed_at, wanted.id)
                 AND trade.symbol || '' = wanted.symbol
           ),
           position.version
    FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::uuid[])
         wanted (participant_id, symbol, executed_at, id)
    CROSS JOIN LATERAL (
        SELECT *, xmin::text AS version FROM positions
        WHERE participant_id = wanted.participant_id AND symbol = wanted.symbol LIMIT 1
    ) position
"""
# KEY SHARE of foreign keys passes a NO KEY UPDATE, and so does whoever reads.
LOCK_SEATS = """
    SELECT FROM tournament_participants WHERE id = ANY(%s::uuid[])
    ORDER BY id FOR NO KEY UPDATE
"""
OPENERS = """
    SELECT wanted.participant_id::text, wanted.symbol, opener.id, opener.count
    FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[])
         wanted (participant_id, symbol, opened_at)
    CROSS JOIN LATERAL (
        SELECT min(trade.id::text) AS id, count(*) AS count FROM trades trade
        WHERE trade.participant_id = wanted.participant_id
          AND trade.executed_at = wanted.opened_at AND trade.symbol || '' = wanted.symbol
    ) opener
"""
# Neither busted nor the reversing entry of a bust.
TRADES = """
    SELECT trade.id::text, trade.participant_id::text, trade.symbol, trade.side, trade.quantity,
           trade.price, trade.commission, trade.executed_at, trade.position_type, trade.pnl,
           trade.pnl_percentage, trade.related_trade_id::text
    FROM unnest(%s::uuid[], %s::text[]) wanted (participant_id, symbol)
    CROSS JOIN LATERAL (
        SELECT * FROM trades
        WHERE participant_id = wanted.participant_id AND symbol || '' = wanted.symbol OFFSET 0
    ) trade
    WHERE NOT EXISTS (SELECT FROM dayrade_busts WHERE trade_id = trade.id)
      AND NOT EXISTS (SELECT FROM dayrade_busts WHERE reversal_id = trade.id)
    ORDER BY trade.executed_at, trade.id
"""
WRITE_DERIVED = """
    UPDATE trades trade
    SET position_type = derived.position_type, pnl = derived.pnl,
        pnl_percentage = derived.pnl_percentage, related_trade_id = derived.related_trade_id
    FROM unnest(%s::uuid[], %s::text[], %s::numeric[], %s::numeric[], %s::uuid[])
         derived (id, position_type, pnl, pnl_percentage, related_trade_id)
    WHERE trade.id = derived.id
"""
ARRAYS = """
    %s::uuid[], %s::text[], %s::int[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[],
    %s::numeric[], %s::numeric[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[]
"""
COLUMNS = """
    participant_id, symbol, quantity, average_price, current_price, market_value, cost_basis,
    unrealized_pnl, unrealized_pnl_percentage, side, status, opened_at, closed_at
"""
# Whoever writes a row leaves its transaction in `xmin`: one that somebody else has moved since it
# was read stays as it is, and is not returned. So is one that somebody else has opened.
MOVE_POSITIONS = f"""
    UPDATE positions position
    SET quantity = held.quantity, average_price = held.average_price,
        current_price = held.current_price, market_value = held.market_value,
        cost_basis = held.cost_basis, unrealized_pnl = held.unrealized_pnl,
        unrealized_pnl_percentage = held.unrealized_pnl_percentage, side = held.side,
        status = held.status, opened_at = held.opened_at, closed_at = held.closed_at,
        last_updated_at = now()
    FROM unnest({ARRAYS}, %s::xid[]) held ({COLUMNS}, version)
    WHERE position.participant_id = held.participant_id AND position.symbol = held.symbol
      AND position.xmin = held.version
    RETURNING position.participant_id::text, position.symbol
"""
INSERT_POSITIONS = f"""
    INSERT INTO positions AS position (tournament_id, user_id, last_updated_at, {COLUMNS})
    SELECT seat.tournament_id, seat.user_id, now(), held.*
    FROM unnest({ARRAYS}) held ({COLUMNS})
    JOIN tournament_participants seat ON seat.id = held.participant_id
    ON CONFLICT (participant_id, symbol)
"""
OPEN_POSITIONS = f"""
    {INSERT_POSITIONS} DO NOTHING RETURNING participant_id::text, symbol
"""
WRITE_POSITIONS = f"""
    {INSERT_POSITIONS} DO UPDATE SET
        quantity = EXCLUDED.quantity, average_price = EXCLUDED.average_price,
        current_price = EXCLUDED.current_price, market_value = EXCLUDED.market_value,
        cost_basis = EXCLUDED.cost_basis, unrealized_pnl = EXCLUDED.unrealized_pnl,
        unrealized_pnl_percentage = EXCLUDED.unrealized_pnl_percentage, side = EXCLUDED.side,
        status = EXCLUDED.status, opened_at = EXCLUDED.opened_at, closed_at = EXCLUDED.closed_at,
        last_updated_at = EXCLUDED.last_updated_at
"""
DROP_POSITIONS = """
    DELETE FROM positions position
    USING unnest(%s::uuid[], %s::text[]) gone (participant_id, symbol)
    WHERE position.participant_id = gone.participant_id AND position.symbol = gone.symbol
"""
ADD_FIGURES = """
    UPDATE tournament_participants seat
    SET realized_pnl = seat.realized_pnl + more.realized,
        unrealized_pnl = seat.unrealized_pnl + more.unrealized,
        total_pnl = seat.total_pnl + more.realized + more.unrealized,
        current_balance = seat.current_balance + more.realized + more.unrealized,
        total_trades = seat.total_trades + more.trades,
        winning_trades = seat.winning_trades + more.winning,
        losing_trades = seat.losing_trades + more.losing,
        total_volume = seat.total_volume + more.volume
    FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[], %s::int[], %s::int[], %s::int[],
                %s::numeric[])
         more (id, realized, unrealized, trades, winning, losing, volume)
    WHERE seat.id = more.id
"""
ADD_TALLIES = """
    INSERT INTO dayrade_tallies AS tally
        (participant_id, shares_traded, stocks_traded, best_trade, worst_trade)
    SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::int[], %s::numeric[], %s::numeric[])
    ON CONFLICT (participant_id) DO UPDATE SET
        shares_traded = tally.shares_traded + EXCLUDED.shares_traded,
        stocks_traded = tally.stocks_traded + EXCLUDED.stocks_traded,
        best_trade = greatest(tally.best_trade, EXCLUDED.best_trade),
        worst_trade = least(tally.worst_trade, EXCLUDED.worst_trade)
"""
RECOUNT = """
    WITH counted AS (
        SELECT wanted.id,
               coalesce(sum(trade.pnl), 0) - coalesce(sum(trade.commission), 0) AS realized,
               count(trade.id) AS trades, count(*) FILTER (WHERE trade.pnl > 0) AS winning,
               count(*) FILTER (WHERE trade.pnl < 0) AS losing,
               coalesce(sum(trade.trade_value), 0) AS volume,
               coalesce(sum(trade.quantity), 0) AS shares,
               count(DISTINCT trade.symbol) AS stocks,
               max(trade.pnl) AS best, min(trade.pnl) AS worst
        FROM unnest(%s::uuid[]) wanted (id)
        LEFT JOIN trades trade ON trade.participant_id = wanted.id
            AND NOT EXISTS (SELECT FROM dayrade_busts WHERE trade_id = trade.id)
            AND NOT EXISTS (SELECT FROM dayrade_busts WHERE reversal_id = trade.id)
        GROUP BY wanted.id
    ), valued AS (
        SELECT counted.*, coalesce(sum(position.unrealized_pnl), 0) AS unrealized
        FROM counted LEFT JOIN positions position ON position.participant_id = counted.id
        GROUP BY counted.id, realized, trades, winning, losing, volume, shares, stocks, best, worst
    ), tallied AS (
        INSERT INTO dayrade_tallies
            (participant_id, shares_traded, stocks_traded, best_trade, worst_trade)
        SELECT id, shares, stocks, best, worst FROM counted
        WHERE trades > 0 OR EXISTS (SELECT FROM dayrade_tallies WHERE participant_id = counted.id)
        ON CONFLICT (participant_id) DO UPDATE SET
            shares_traded = EXCLUDED.shares_traded, stocks_traded = EXCLUDED.stocks_traded,
            best_trade = EXCLUDED.best_trade, worst_trade = EXCLUDED.worst_trade
    )
    UPDATE tournament_participants seat
    SET realized_pnl = valued.realized, unrealized_pnl = valued.unrealized,
        total_pnl = valued.realized + valued.unrealized,
        current_balance = seat.starting_balance + valued.realized + valued.unrealized,
        total_trades = valued.trades, winning_trades = valued.winning,
        losing_trades = valued.losing, total_volume = valued.volume
    FROM valued WHERE seat.id = valued.id
"""
MARKS = """
    SELECT symbol, valued_price FROM dayrade_marks
    WHERE tournament_id = %s AND valued_price IS NOT NULL
"""
SEATS = """
    SELECT wanted.account, seat.id::text, seat.user_id::text
    FROM unnest(%s::text[]) wanted (account)
    JOIN tournament_participants seat ON seat.zimtra_account_id = wanted.account
    WHERE seat.tournament_id = %s AND (seat.is_active OR seat.disqualified)
"""
KNOWN = """
    SELECT wanted.name, trade.id, trade.participant_id::text, trade.symbol, trade.side,
           trade.quantity, trade.price, trade.commission, trade.order_type, trade.executed_at,
           trade.zimtra_order_id
    FROM unnest(%s::text[]) wanted (name)
    CROSS JOIN LATERAL (
        SELECT * FROM trades WHERE tournament_id = %s AND zimtra_trade_id = wanted.name LIMIT 1
    ) trade
"""
COPY_TRADES = """
    COPY trades (id, tournament_id, user_id, participant_id, symbol, side, quantity, price,
                 executed_at, order_type, trade_value, commission, net_amount, pnl, pnl_percentage,
                 zimtra_trade_id, zimtra_order_id, position_type, related_trade_id)
    FROM STDIN
"""
QUARANTINE = """
    INSERT INTO dayrade_quarantine
        (id, tournament_id, digest, zimtra_trade_id, payload, error, message)
    SELECT gen_random_uuid(), %s, refused.*
    FROM unnest(%s::text[], %s::text[], %s::jsonb[], %s::text[], %s::text[])
         refused (digest, zimtra_trade_id, payload, error, message)
    ON CONFLICT (tournament_id, digest) DO NOTHING
    RETURNING digest
"""
IN_QUARANTINE = """
    SELECT EXISTS (SELECT FROM dayrade_quarantine WHERE tournament_id = %s AND status = 'open')
"""
RELEASE = """
    UPDATE dayrade_quarantine SET status = 'booked', resolved_at = now()
    WHERE tournament_id = %s AND status = 'open' AND zimtra_trade_id = ANY(%s)
      AND error <> 'TRADE_CONFLICT'
"""
