"""The statements by which the commentary looks at a tournament."""

# Whoever began before this has ended: what is stamped with an earlier start is visible. A start
# shows a moment after it is taken. Nobody is waited for longer than some minutes.
HORIZON = """
    SELECT greatest(least(now(), min(xact_start)) - interval '1 second',
                    now() - interval '5 minutes')
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend'
"""
BEGIN = """
    INSERT INTO dayrade_commentary_states (tournament_id, seen_until)
    VALUES (%s, now() - interval '5 minutes') ON CONFLICT DO NOTHING
"""
# Active ones; those that are over since the last look, for what has to be taken back; and those in
# which a trade was taken back since.
DUE = """
    SELECT tournament.* FROM tournaments tournament
    LEFT JOIN dayrade_commentary_states state ON state.tournament_id = tournament.id
    WHERE tournament.status = 'active'
       OR tournament.status = 'completed' AND state.seen_until <= tournament.end_date
       OR tournament.id IN (
            SELECT trade.tournament_id FROM dayrade_busts bust
            JOIN trades trade ON trade.id = bust.trade_id
            JOIN dayrade_commentary_states seen ON seen.tournament_id = trade.tournament_id
            WHERE bust.busted_at >= seen.seen_until
       )
    ORDER BY tournament.start_date, tournament.id
"""
# A tournament is compared as an expression: its own index would fetch all of its trades.
ARRIVED = """
    SELECT * FROM trades
    WHERE created_at >= %(since)s AND tournament_id::text = %(tournament)s::text
"""
LEADER = """
    SELECT seat.id, seat.user_id, username, total_pnl, realized_pnl, total_trades, true, (
        SELECT count(*) FROM dayrade_busts bust JOIN trades trade ON trade.id = bust.trade_id
        WHERE trade.participant_id = seat.id
    )
    FROM tournament_participants seat JOIN users ON users.id = seat.user_id
    WHERE tournament_id = %s AND seat.is_active AND NOT disqualified
    ORDER BY total_pnl * -1, realized_pnl * -1, total_trades, registered_at, seat.id LIMIT 1
"""
# As it stands now; one of whom a trade was taken back since has not been overtaken.
FORMER = """
    SELECT seat.id, seat.user_id, username, total_pnl, realized_pnl, total_trades,
           seat.is_active AND NOT disqualified AND NOT EXISTS (
               SELECT FROM dayrade_busts bust JOIN trades trade ON trade.id = bust.trade_id
               WHERE trade.participant_id = seat.id AND bust.busted_at >= %s
           )
    FROM tournament_participants seat JOIN users ON users.id = seat.user_id WHERE seat.id = %s
"""
RESULTS = f"""
    SELECT trade.id, trade.participant_id, trade.user_id, username, trade.symbol, trade.pnl,
           trade.pnl_percentage, trade.created_at, seat.starting_balance
    FROM ({ARRIVED}) trade
    JOIN tournament_participants seat ON seat.id = trade.participant_id
    JOIN users ON users.id = trade.user_id
    WHERE abs(trade.pnl) * 100 >= seat.starting_balance * %(percent)s AND trade.pnl <> 0
      AND trade.executed_at <= %(until)s AND username IS NOT NULL
      AND seat.is_active AND NOT seat.disqualified
      AND NOT EXISTS (SELECT FROM dayrade_busts WHERE trade_id = trade.id)
      AND NOT EXISTS (
          SELECT FROM dayrade_commentary_facts
          WHERE tournament_id = trade.tournament_id AND key = 'result:' || trade.id
      )
    ORDER BY abs(trade.pnl) DESC, trade.id LIMIT %(limit)s
"""  # noqa: S608  # nothing but the statement above is put in
# The run of each seat at which something has closed, unless as long a part of it was told. A short
# look leaves nearly all of them out.
RUNS = f"""
    SELECT moved.participant_id, seat.user_id, username, run.ids, run.pnls, moved.at
    FROM (
        SELECT participant_id, max(created_at) AS at FROM ({ARRIVED}) trade
        WHERE pnl <> 0 GROUP BY participant_id
    ) moved
    CROSS JOIN LATERAL (
        SELECT min(sign(pnl)) AS low, max(sign(pnl)) AS high, count(*) AS length FROM (
            SELECT pnl FROM trades
            WHERE participant_id = moved.participant_id AND pnl IS NOT NULL
            ORDER BY executed_at DESC, id DESC LIMIT %(streak)s
        ) latest
    ) head
    JOIN tournament_participants seat ON seat.id = moved.participant_id
    JOIN users ON users.id = seat.user_id
    CROSS JOIN LATERAL (
        SELECT array_agg(id ORDER BY place) AS ids, array_agg(pnl ORDER BY place) AS pnls,
               count(*) AS length
        FROM (
            SELECT *, count(*) FILTER (WHERE sign(pnl) <> first) OVER (ORDER BY place) AS breaks
            FROM (
                SELECT id, pnl, row_number() OVER newest AS place,
                       first_value(sign(pnl)) OVER newest AS first
                FROM (
                    SELECT * FROM trades
                    WHERE participant_id = moved.participant_id AND pnl IS NOT NULL
                      AND head.low = head.high AND head.length = %(streak)s
                    ORDER BY executed_at DESC, id DESC LIMIT %(reach)s
                ) latest WINDOW newest AS (ORDER BY executed_at DESC, id DESC)
            ) numbered
        ) marked WHERE breaks = 0 AND pnl <> 0
    ) run
    WHERE run.length >= %(streak)s AND run.length < %(reach)s AND username IS NOT NULL
      AND seat.is_active AND NOT seat.disqualified
      AND NOT EXISTS (SELECT FROM trades WHERE id = run.ids[1] AND executed_at > %(until)s)
      AND NOT EXISTS (
          SELECT FROM dayrade_commentary_facts told
          WHERE told.participant_id = moved.participant_id AND told.trades && run.ids
            AND told.event IN ('win_streak', 'loss_streak')
            AND cardinality(told.trades) / %(streak)s >= run.length / %(streak)s
      )
    ORDER BY run.length DESC, moved.participant_id LIMIT %(limit)s
"""  # noqa: S608  # nothing but the statement above is put in
RELEASES = """
    SELECT event.id, event.name, event.country, event.actual_value, event.forecast_value,
           event.unit
    FROM economic_events event JOIN tournaments tournament ON tournament.id = %(tournament)s
    WHERE event.event_time BETWEEN greatest(%(earliest)s, tournament.start_date)
                               AND least(%(now)s, %(until)s)
      AND event.actual_value IS NOT NULL AND event.impact_level <> 'low'
      AND (event.affected_symbols IS NULL OR tournament.trading_symbols IS NULL
           OR event.affected_symbols && tournament.trading_symbols)
      AND NOT EXISTS (
          SELECT FROM dayrade_commentary_facts
          WHERE tournament_id = tournament.id
            AND key = 'release:' || event.id || ':' || event.actual_value
      )
    ORDER BY event.event_time, event.id LIMIT %(limit)s
"""
BURST = """
    SELECT count(*) FROM chat_messages
    WHERE tournament_id = %s AND created_at > %s AND message_type = 'user_message'
      AND NOT is_moderated
"""
# Found once: whoever comes second gets nothing back.
TELL = """
    INSERT INTO dayrade_commentary_facts
        (id, tournament_id, key, event, happened_at, participant_id, trades, figures, subject_id,
         line)
    VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s::uuid[], %s::numeric[], %s, '')
    ON CONFLICT (tournament_id, key) DO NOTHING RETURNING id
"""
# Lines that a voice has said last, or is going to say.
RECENT = """
    SELECT fact.line FROM dayrade_commentary_facts fact
    JOIN commentary line ON line.id = fact.commentary_id
    WHERE line.tournament_id = %(tournament)s AND NOT line.is_played
      AND coalesce(line.scheduled_at, line.created_at) >= %(since)s
    UNION
    SELECT last.line FROM unnest(ARRAY['bull', 'bear', 'sage', 'rocket']) voice
    CROSS JOIN LATERAL (
        SELECT fact.line FROM commentary line
        JOIN dayrade_commentary_facts fact ON fact.commentary_id = line.id
        WHERE line.tournament_id = %(tournament)s AND line.personality = voice AND line.is_played
        ORDER BY line.played_at DESC, line.id DESC LIMIT 1
    ) last
"""
# What was told of seats whose ledger has moved, and no longer holds. A lead rests on every trade
# but those that had been taken back; its figure is how many those were. A streak is over where one
# of its trades, or one that came late in between, has gone the other way.
UNTRUE = f"""
    WITH moved AS (
        SELECT participant_id FROM ({ARRIVED}) trade
        UNION
        SELECT trade.participant_id FROM dayrade_busts bust
        JOIN trades trade ON trade.id = bust.trade_id
        WHERE bust.busted_at >= %(since)s AND trade.tournament_id = %(tournament)s::uuid
    )
    SELECT fact.commentary_id, fact.event = 'lead_change' OR EXISTS (
        SELECT FROM dayrade_busts bust WHERE bust.trade_id = ANY (fact.trades)
    )
    FROM moved JOIN dayrade_commentary_facts fact USING (participant_id)
    WHERE fact.tournament_id = %(tournament)s::uuid AND fact.commentary_id IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM dayrade_retractions WHERE commentary_id = fact.commentary_id
      )
      AND CASE
          WHEN fact.event = 'lead_change' THEN fact.figures[1] < (
              SELECT count(*) FROM dayrade_busts bust JOIN trades trade ON trade.id = bust.trade_id
              WHERE trade.participant_id = fact.participant_id
                AND trade.created_at <= fact.happened_at
          )
          WHEN fact.event IN ('big_win', 'big_loss') THEN EXISTS (
              SELECT FROM unnest(fact.trades, fact.figures) said (id, pnl)
              LEFT JOIN trades trade ON trade.id = said.id
              WHERE trade.pnl IS DISTINCT FROM said.pnl
          )
          WHEN fact.event IN ('win_streak', 'loss_streak') THEN EXISTS (
              SELECT FROM unnest(fact.trades, fact.figures) said (id, pnl)
              LEFT JOIN trades trade ON trade.id = said.id
              WHERE sign(trade.pnl) IS DISTINCT FROM sign(said.pnl)
          ) OR EXISTS (
              SELECT FROM trades trade, trades earliest, trades latest
              WHERE latest.id = fact.trades[1]
                AND earliest.id = fact.trades[cardinality(fact.trades)]
                AND trade.participant_id = fact.participant_id
                AND trade.executed_at BETWEEN earliest.executed_at AND latest.executed_at
                AND (trade.executed_at, trade.id) BETWEEN (earliest.executed_at, earliest.id)
                                                      AND (latest.executed_at, latest.id)
                AND sign(trade.pnl) <> sign(fact.figures[1])
          )
      END
    ORDER BY fact.happened_at, fact.id
"""  # noqa: S608  # nothing but the statement above is put in
REVISED = """
    SELECT fact.commentary_id FROM economic_events event
    JOIN dayrade_commentary_facts fact
        ON fact.subject_id = event.id AND fact.event = 'economic_release'
    JOIN commentary line ON line.id = fact.commentary_id
    WHERE fact.tournament_id = %(tournament)s AND event.updated_at >= %(since)s
      AND event.actual_value IS DISTINCT FROM (line.trigger_data ->> 'actual')::numeric
      AND NOT EXISTS (SELECT FROM dayrade_retractions WHERE commentary_id = line.id)
    ORDER BY fact.happened_at, fact.id
"""
# Those with a line that has come due and is not long too old.
DUE_LINES = """
    SELECT * FROM tournaments WHERE id IN (
        SELECT tournament_id FROM commentary
        WHERE NOT is_played
          AND coalesce(scheduled_at, created_at)
              BETWEEN least(%(oldest)s, %(oldest_manual)s) - interval '1 hour' AND %(now)s
          AND NOT EXISTS (SELECT FROM dayrade_retractions WHERE commentary_id = commentary.id)
    )
    ORDER BY id
"""
OLDEST = "CASE WHEN line.source = 'manual' THEN %(oldest_manual)s ELSE %(oldest)s END"
DROP_STALE = f"""
    INSERT INTO dayrade_retractions (id, commentary_id, reason, was_spoken)
    SELECT gen_random_uuid(), line.id, %(reason)s, false FROM commentary line
    WHERE line.tournament_id = %(tournament)s AND NOT line.is_played
      AND coalesce(line.scheduled_at, line.created_at)
          BETWEEN least(%(oldest)s, %(oldest_manual)s) - interval '1 hour' AND {OLDEST}
    ON CONFLICT (commentary_id) DO NOTHING
"""  # noqa: S608  # nothing but the text above is put in
# The most urgent line that is due, of a voice that has not spoken too often, and that is not what
# it has said last.
NEXT = f"""
    SELECT line.id FROM commentary line
    LEFT JOIN dayrade_commentary_facts fact ON fact.commentary_id = line.id
    WHERE line.tournament_id = %(tournament)s AND NOT line.is_played
      AND coalesce(line.scheduled_at, line.created_at) > {OLDEST}
      AND coalesce(line.scheduled_at, line.created_at) <= %(now)s
      AND NOT EXISTS (SELECT FROM dayrade_retractions WHERE commentary_id = line.id)
      AND (line.priority = 'urgent' OR NOT %(urgent_only)s AND %(rate)s > (
          SELECT count(*) FROM commentary said
          WHERE said.tournament_id = line.tournament_id AND said.is_played
            AND said.played_at > %(minute_ago)s AND said.personality = line.personality
      ))
      AND coalesce(fact.line, '-') <> ALL (
          SELECT coalesce(last.line, '') FROM (
              SELECT said_fact.line FROM commentary said
              LEFT JOIN dayrade_commentary_facts said_fact ON said_fact.commentary_id = said.id
              WHERE said.tournament_id = line.tournament_id AND said.is_played
                AND said.personality = line.personality
              ORDER BY said.played_at DESC, said.id DESC LIMIT 1
          ) last
      )
    ORDER BY array_position(ARRAY['urgent', 'high', 'medium', 'low'], line.priority),
             coalesce(line.scheduled_at, line.created_at), line.created_at, line.id
    LIMIT 1 FOR NO KEY UPDATE OF line
"""  # noqa: S608  # nothing but the text above is put in
