"""The statements of a chat: who may write there, and a message with all that goes with it."""
# ruff: noqa: S608  # only constants are put together

from administration import configuration
from dayrade import events

# A person's place in the line: each message moves it on by the seconds of one, and it may lie
# ahead of now by those of a burst. Who comes at the same moment waits for it, and sees it moved.
SPEND = """
    INSERT INTO dayrade_rate_limits AS line (key, window_ends_at, count)
    SELECT 'chat:' || %(user)s::uuid, statement_timestamp() + %(each)s, 1 FROM gate
    WHERE is_open AND may_write AND muted_until IS NULL
    ON CONFLICT (key) DO UPDATE
    SET window_ends_at = greatest(line.window_ends_at, statement_timestamp()) + %(each)s
    WHERE line.window_ends_at <= statement_timestamp() + %(ahead)s
    RETURNING key
"""
# While a tournament's chat is open, as far as its life decides that.
IS_OPEN = """(
            status IN ('registration_open', 'registration_closed', 'active')
            OR status = 'completed' AND end_date + %(after_end)s > statement_timestamp()
        )"""
GATE = f"""
    SELECT tournament.id,
        %(enabled)s AND {IS_OPEN} AS is_open,
        %(is_staff)s OR EXISTS (
            SELECT FROM tournament_participants
            WHERE tournament_id = tournament.id AND user_id = %(user)s::uuid
              AND is_active AND NOT disqualified
        ) AS may_write,
        (
            SELECT max(ends_at) FROM dayrade_mutes
            WHERE user_id = %(user)s::uuid AND lifted_at IS NULL AND ends_at > statement_timestamp()
              AND (tournament_id IS NULL OR tournament_id = tournament.id)
        ) AS muted_until
    FROM tournaments tournament WHERE tournament.id = %(tournament)s
"""
WAIT = """
    SELECT extract(epoch FROM window_ends_at - statement_timestamp() - %(ahead)s)::float8
    FROM dayrade_rate_limits WHERE key = 'chat:' || %(user)s::uuid
"""
# One statement: who may write, whether it is not too soon, the message and its event.
POST = f"""
    WITH gate AS ({GATE}), spent AS ({SPEND}), said AS (
        INSERT INTO chat_messages
            (id, tournament_id, user_id, message_text, message_type, getstream_message_id)
        SELECT %(id)s, gate.id, %(user)s::uuid, %(text)s, 'user_message', %(getstream_id)s
        FROM gate, spent
        RETURNING created_at
    ), told AS (
        {events.INTO} SELECT gate.id, 'chat', %(id)s, '{{"action": "posted"}}' FROM gate, said
    )
    SELECT is_open, may_write, muted_until, (SELECT created_at FROM said), ({WAIT}) FROM gate
"""
ASK = f"SELECT is_open, may_write, muted_until FROM ({GATE}) gate"
ROOM = f"""
    SELECT id, ({configuration.STORED.replace("%s", "'chat'")})
    FROM tournaments WHERE (status <> 'draft' OR %(is_staff)s) AND {{column}} = %(address)s
"""
REVISION = """
    SELECT room.revision FROM tournaments
    LEFT JOIN dayrade_chat_rooms room ON tournament_id = id WHERE {column} = %(address)s
"""
BUMP = """
    INSERT INTO dayrade_chat_rooms AS room (tournament_id, revision) VALUES (%s, 1)
    ON CONFLICT (tournament_id) DO UPDATE SET revision = room.revision + 1
"""
