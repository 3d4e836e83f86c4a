"""The statements of the moderation desk; each is bounded, and finds what it reads by an index."""
# ruff: noqa: S608  # only constants are put together

from comms.services import chat_sql
from comms.services.reviewing import CHANGES, REPORTS

# A tournament's name stands for its chat. Nobody but staff writes in one that is closed.
ROOMS = f"SELECT id FROM tournaments tournament WHERE {chat_sql.IS_OPEN}"
ROOM = "SELECT %(tournament)s::uuid AS id"

# The newest of each chat, and of these the newest: a chat that is silent costs no more than one
# that is not. `where` holds for single messages. An array of one id and the order by it leave the
# planner no way but the index of the rooms: it would walk past all that was said in closed chats.
NEWEST = """
    SELECT said.id, row_number() OVER (ORDER BY said.created_at DESC, said.id DESC) AS place
    FROM ({rooms}) room CROSS JOIN LATERAL (
        SELECT id, created_at FROM chat_messages
        WHERE tournament_id = ANY (ARRAY[room.id]) AND {where}
        ORDER BY tournament_id, created_at DESC, id DESC LIMIT %(limit)s
    ) said
    ORDER BY place LIMIT %(limit)s
"""
OF_PERSON = """
    SELECT id, row_number() OVER (ORDER BY created_at DESC, id DESC) AS place
    FROM chat_messages WHERE user_id = %(person)s AND {where} ORDER BY place LIMIT %(limit)s
"""
# Of the reports that have waited longest: those messages first that most people complain of.
REPORTED = """
    SELECT message_id AS id,
        row_number() OVER (ORDER BY count(*) DESC, min(waiting.created_at), message_id) AS place
    FROM (
        SELECT report.message_id, report.created_at FROM dayrade_chat_reports report
        {joined} WHERE report.status = 'open' ORDER BY report.created_at, report.id LIMIT 500
    ) waiting
    GROUP BY message_id ORDER BY place LIMIT %(limit)s
"""
IN_ROOM = """
    JOIN chat_messages said ON said.id = report.message_id AND said.tournament_id = %(tournament)s
"""
NAMED = "SELECT id, place FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS named (id, place)"
BEFORE = "(created_at, id) < (%(before_at)s, %(before_id)s)"
HIDDEN = "is_moderated"
ANY = "true"

MUTED = """
    SELECT max(ends_at) FROM dayrade_mutes
    WHERE user_id = said.user_id AND lifted_at IS NULL AND ends_at > statement_timestamp()
      AND (tournament_id IS NULL OR tournament_id = said.tournament_id)
"""


def rows(found: str) -> str:
    """Read the messages that a statement finds (`id`, `place`), with all that a row shows."""
    return f"""
    WITH found AS ({found})
    SELECT said.id, said.created_at, said.message_text, said.message_type,
        said.is_moderated, said.moderation_reason, said.moderated_at, said.moderated_by,
        moderator.username AS moderator,
        said.tournament_id, tournament.name AS tournament,
        said.user_id, author.username AS author, author.role, author.is_suspended,
        ({MUTED}) AS muted_until,
        reports.number AS reports, reports.open, changes.number AS changes,
        last.action, last.user_id AS last_by, decider.username AS decider,
        last.changes ->> 'reason' AS last_reason, last.created_at AS last_at
    FROM found
    JOIN chat_messages said ON said.id = found.id
    JOIN tournaments tournament ON tournament.id = said.tournament_id
    JOIN users author ON author.id = said.user_id
    LEFT JOIN users moderator ON moderator.id = said.moderated_by
    CROSS JOIN LATERAL ({REPORTS}) reports
    CROSS JOIN LATERAL ({CHANGES}) changes
    LEFT JOIN audit_logs last ON last.id = changes.last
    LEFT JOIN users decider ON decider.id = last.user_id
    ORDER BY found.place
"""


# What staff have decided lately: of messages, of their reports, and of people. The log's instants
# are those at which a transaction began, so the last seconds are looked at again, without what the
# page knows already.
DECISIONS = """
    SELECT log.id, log.action, log.user_id, actor.username, log.changes ->> 'reason' AS reason,
        log.created_at,
        CASE log.entity_type
            WHEN 'chat_messages' THEN log.entity_id
            WHEN 'dayrade_chat_reports' THEN
                (SELECT message_id FROM dayrade_chat_reports WHERE id = log.entity_id)
        END AS message_id,
        CASE log.entity_type
            WHEN 'users' THEN log.entity_id
            WHEN 'dayrade_mutes' THEN (SELECT user_id FROM dayrade_mutes WHERE id = log.entity_id)
        END AS person_id
    FROM audit_logs log LEFT JOIN users actor ON actor.id = log.user_id
    WHERE log.created_at > %(since)s AND log.action = ANY (%(actions)s)
      AND left(log.id::text, 8) <> ALL (%(known)s::text[])
    ORDER BY log.created_at, log.id LIMIT %(limit)s
"""
NEWLY_REPORTED = """
    SELECT id, message_id FROM dayrade_chat_reports
    WHERE status = 'open' AND created_at > %(since)s
      AND left(id::text, 8) <> ALL (%(known)s::text[])
    ORDER BY created_at, id LIMIT %(limit)s
"""
COUNT_NEW = """
    SELECT count(*) FROM (
        SELECT FROM chat_messages
        WHERE (created_at, id) > (%(newest_at)s, %(newest_id)s) AND {where} LIMIT %(most)s
    ) newer
"""
COUNT_OPEN = """
    SELECT count(*) FROM (
        SELECT FROM dayrade_chat_reports WHERE status = 'open' LIMIT %(counted)s
    ) waiting
"""
# The one question of each second.
NEWS = f"""
    SELECT statement_timestamp(), ({COUNT_NEW}), ({COUNT_OPEN}),
        (SELECT coalesce(jsonb_agg(to_jsonb(decision)), '[]') FROM ({DECISIONS}) decision),
        (SELECT coalesce(jsonb_agg(to_jsonb(report)), '[]') FROM ({NEWLY_REPORTED}) report)
"""
NOW = "SELECT statement_timestamp()"
