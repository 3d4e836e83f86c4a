"""Proving the audit log from its chain: what was altered, removed, inserted, swapped or cut."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain as joined
from itertools import islice
from typing import Any
from uuid import UUID

from administration import audit
from administration.chain import GENESIS, MARGIN, Head, read_head, seal
from dayrade.db.queries import fetched, fetched_one
from dayrade.db.transactions import service, snapshot

BLOCK = 50_000
#: The audit row that tells how far the log was proved.
ACTION = "audit.verify"
# More than that is no longer looked for: the first ones tell where to begin.
SHOWN = 100

END = """
    SELECT max(position) FROM (
        SELECT position FROM dayrade_audit_chain WHERE position > %s ORDER BY position LIMIT %s
    ) block
"""
# One block, from the link before it on; returned is what does not follow from the rest.
WRONG = """
    SELECT position, position_before, audit_log_id, found_id IS NOT NULL, row_hash <> found_hash,
           chain_hash <> expected_hash
    FROM (
        SELECT *, lag(position, 1, 0::bigint) OVER by_position AS position_before,
               sha256(coalesce(lag(chain_hash) OVER by_position, %(genesis)s)
                      || dayrade_audit_link(position, audit_log_id, row_hash, sealed_at,
                                            reached_at)) AS expected_hash
        FROM dayrade_audit_chain WHERE position BETWEEN %(after)s AND %(end)s
        WINDOW by_position AS (ORDER BY position)
    ) link
    -- OFFSET keeps it a look-up by id: the planner would read the whole log for each block.
    LEFT JOIN LATERAL (
        SELECT log.id AS found_id,
               dayrade_audit_hash(log.id, log, dayrade_audit_digest(salt, old_values),
                                  dayrade_audit_digest(salt, new_values)) AS found_hash
        FROM audit_logs log WHERE log.id = audit_log_id OFFSET 0
    ) found ON true
    WHERE position > %(after)s
      AND (found_id IS NULL OR row_hash <> found_hash OR chain_hash <> expected_hash
           OR position <> position_before + 1)
    ORDER BY position LIMIT %(limit)s
"""
UNSEALED = """
    SELECT id FROM audit_logs
    WHERE created_at <= (SELECT reached_at FROM dayrade_audit_chain
                         ORDER BY position DESC LIMIT 1) - %s
      AND NOT EXISTS (SELECT FROM dayrade_audit_chain WHERE audit_log_id = audit_logs.id)
    ORDER BY created_at, id LIMIT %s
"""
# What the row is but for its two columns of values, with the digests of these that are given.
WITH_DIGESTS = """
    SELECT row_hash = dayrade_audit_hash(log.id, log, %(old)s, %(new)s)
    FROM dayrade_audit_chain JOIN audit_logs log ON log.id = audit_log_id WHERE log.id = %(id)s
"""
DIGESTS = """
    SELECT dayrade_audit_digest(salt, old_values), dayrade_audit_digest(salt, new_values),
           old_values::text, new_values::text
    FROM dayrade_audit_chain JOIN audit_logs log ON log.id = audit_log_id WHERE log.id = %s
"""
REDACTIONS = """
    SELECT changes::text FROM audit_logs
    WHERE entity_id = %s AND entity_type = 'audit_logs' AND action = 'audit.redact'
"""
SWAPPED = """
    SELECT link.audit_log_id, log.id
    FROM dayrade_audit_chain link, audit_logs log
    WHERE link.audit_log_id = ANY (%(ids)s) AND log.id = ANY (%(ids)s)
      AND log.id <> link.audit_log_id
      AND row_hash = dayrade_audit_hash(
          link.audit_log_id, log, dayrade_audit_digest(salt, old_values),
          dayrade_audit_digest(salt, new_values))
"""
GUARDS = (
    "dayrade_audit_chain_not_emptied",
    "dayrade_audit_chain_salt_stays",
    "dayrade_audit_chain_stays",
    "dayrade_audit_logs_not_emptied",
    "dayrade_audit_logs_redact",
    "dayrade_audit_logs_stay",
)
# Those guards that are gone, and whatever writes or guards the log and was turned off.
OFF = """
    SELECT wanted FROM unnest(%(guards)s::text[]) wanted
    WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = wanted)
    UNION
    SELECT tgname FROM pg_trigger
    WHERE tgname ~ '^dayrade_audit_' AND tgenabled NOT IN ('O', 'A')
    ORDER BY 1
"""
LAST = "SELECT coalesce(max(position), 0) FROM dayrade_audit_chain"
# Its action is no parameter: a plan for any action would go along the log to find this rare one.
PROVED = f"""
    SELECT id, created_at, changes::text FROM audit_logs WHERE action = '{ACTION}'
    ORDER BY created_at DESC LIMIT 1
"""  # noqa: S608  # a constant
AT = "SELECT encode(chain_hash, 'hex') FROM dayrade_audit_chain WHERE position = %s"


def verify(heads: Iterable[str] | None = None) -> list[str]:
    """Find what is wrong, and note in the log how far it was proved, and how much was wrong."""
    seal(wait=True)
    found, position = _found(heads)
    _note({"position": position, "findings": len(found), "heads": heads is not None})
    return found


def findings(heads: Iterable[str] | None = None) -> list[str]:
    """Seal what is due, prove the whole chain, and return what is wrong, the oldest first.

    `heads` are lines as they were exported. All of it is of one instant; memory does not grow with
    the log.
    """
    seal(wait=True)
    found, _ = _found(heads)
    return found


@dataclass(frozen=True, slots=True)
class Proof:
    """When the log was proved last, up to which place, how much was wrong, and by which row."""

    audit_log_id: UUID
    at: datetime
    position: int = 0
    findings: int = 0
    heads: bool = False


def last_proof() -> Proof | None:
    """Return what the last `verify` noted."""
    found = fetched(PROVED)
    if not found:
        return None
    ((key, at, changes),) = found
    return Proof(key, at, **json.loads(changes))


@service
def _note(details: dict[str, Any]) -> None:
    audit.record(None, ACTION, entity_type="audit_logs", details=details)


@snapshot
def _found(heads: Iterable[str] | None) -> tuple[list[str], int]:
    found = joined(_off(), _wrong(), _inserted(), _cut(heads) if heads is not None else ())
    return list(islice(found, SHOWN)), fetched_one(LAST)[0]


def _off() -> Iterator[str]:
    for (name,) in fetched(OFF, {"guards": list(GUARDS)}):
        yield f"The trigger {name} is off or gone."


def _wrong() -> Iterator[str]:
    """Go along the chain, a block at a time."""
    after, altered = 0, []
    while (end := fetched_one(END, [after, BLOCK])[0]) is not None:
        block = {"after": after, "end": end, "genesis": GENESIS, "limit": SHOWN}
        wrong = fetched(WRONG, block)
        for position, before, key, is_there, differs, is_broken in wrong:
            if position != before + 1:
                yield f"Places {before + 1} to {position - 1} of the chain were removed."
            elif is_broken:
                yield f"Place {position} of the chain was altered or swapped: audit row {key}."
            if not is_there:
                yield f"Audit row {key}, at place {position}, was removed."
            elif differs and not _is_redacted(key):
                altered.append(key)
                yield f"Audit row {key}, at place {position}, was altered."
        # Redacted rows are among them: there may be more in the block.
        after = wrong[-1][0] if len(wrong) == SHOWN else end
    for place, content in fetched(SWAPPED, {"ids": altered[:SHOWN]}) if altered else ():
        yield f"Audit row {place} has the content of {content}: they were swapped."


def _is_redacted(key: UUID) -> bool:
    """Tell whether redactions alone, each of which left its row, made it what it is."""
    *now, old_values, new_values = fetched_one(DIGESTS, [key])
    steps = {json.dumps(each["was"]): each for each in _redactions(key)}
    first = [
        each["was"]
        for each in steps.values()
        if fetched_one(WITH_DIGESTS, {"id": key, "old": each["was"][0], "new": each["was"][1]})[0]
    ]
    if not first:
        return False
    at = first[0]
    values = {
        "old_values": json.loads(old_values or "{}"),
        "new_values": json.loads(new_values or "{}"),
    }
    while step := steps.pop(json.dumps(at), None):
        at = step["now"]
        for name in step["fields"]:
            side, _, column = name.partition(".")
            if values[side].get(column) != "[redacted]":
                return False
    return bool(at == now)


def _redactions(key: UUID) -> list[dict[str, Any]]:
    found = [json.loads(changes) for (changes,) in fetched(REDACTIONS, [key])]
    return [each for each in found if {"was", "now", "fields"} <= set(each)]


def _inserted() -> Iterator[str]:
    """Find rows that are older than what is sealed and have no seal."""
    for (key,) in fetched(UNSEALED, [MARGIN, SHOWN]):
        yield f"Audit row {key} was inserted: what is as old as it says was sealed without it."


def _cut(heads: Iterable[str]) -> Iterator[str]:
    """Look for each head in the chain."""
    read = 0
    for number, line in enumerate(heads, start=1):
        if not line.strip():
            continue
        read += 1
        kept = read_head(line)
        if kept is None:
            yield f"Line {number} of the heads is none."
        elif not kept.is_ours:
            yield f"The head at place {kept.position}, line {number}, is not signed by our key."
        else:
            yield from _missed(kept)
    if not read:
        yield "There are no heads to compare with."


def _missed(kept: Head) -> Iterator[str]:
    found = fetched(AT, [kept.position])
    if not found:
        yield f"Place {kept.position} of the chain, exported {kept.exported_at}, was cut off."
    elif found[0][0] != kept.hash:
        yield (
            f"Place {kept.position} of the chain is not what was exported {kept.exported_at}:"
            " it, or something before it, was written anew."
        )
