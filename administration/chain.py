"""The chain that makes the audit log evidence: sealing its rows, and heads to keep elsewhere.

A row that stands committed gets its place in the chain within seconds, with a hash of what it is
and one over everything before it: docs/adr/0031 has the reasons.
"""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from dayrade.db.queries import executed, fetched, fetched_one
from dayrade.db.transactions import service

BATCH = 20_000
# A transaction that writes audit rows may last so long: what commits later than that is taken for
# inserted by hand.
MARGIN = timedelta(hours=1)
GENESIS = bytes(32)

TURN = "hashtextextended('dayrade audit chain', 0)"
# What was there before goes by the chain's own instants: a row may say of itself what it likes.
SEAL = """
    WITH head AS (
        SELECT position, chain_hash, reached_at FROM dayrade_audit_chain
        ORDER BY position DESC LIMIT 1
    ), due AS (
        SELECT id, created_at, gen_random_uuid() AS salt FROM audit_logs
        WHERE created_at > coalesce((SELECT reached_at FROM head) - %(margin)s, '-infinity')
          AND NOT EXISTS (SELECT FROM dayrade_audit_chain WHERE audit_log_id = audit_logs.id)
        ORDER BY created_at, id LIMIT %(batch)s
    ), placed AS (
        SELECT coalesce((SELECT position FROM head), 0) + row_number() OVER before AS position,
               log.id, salt,
               dayrade_audit_hash(log.id, log, dayrade_audit_digest(salt, old_values),
                                  dayrade_audit_digest(salt, new_values)) AS row_hash,
               greatest((SELECT reached_at FROM head),
                        max(least(log.created_at, now())) OVER before) AS reached_at
        FROM due JOIN audit_logs log USING (id)
        WINDOW before AS (ORDER BY log.created_at, log.id)
    )
    INSERT INTO dayrade_audit_chain
        (position, audit_log_id, salt, row_hash, chain_hash, sealed_at, reached_at)
    SELECT position, id, salt, row_hash,
           dayrade_audit_chained(
               coalesce((SELECT chain_hash FROM head), %(genesis)s),
               dayrade_audit_link(position, id, row_hash, now(), reached_at)
           ) OVER (ORDER BY position),
           now(), reached_at
    FROM placed
"""
HEAD = """
    SELECT position, encode(chain_hash, 'hex'), sealed_at FROM dayrade_audit_chain
    ORDER BY position DESC LIMIT 1
"""


def seal(*, wait: bool = False) -> int:
    """Chain what stands committed, a batch at a time, and return how many rows that were.

    One at a time does it; another one leaves it to that, or waits where it has to be done.
    Whoever writes audit rows never waits for it.
    """
    total = 0
    while sealed := _batch(wait=wait):
        total += sealed
        if sealed < BATCH:
            break
    return total


@service
def _batch(*, wait: bool) -> int:
    if wait:
        fetched(f"SELECT pg_advisory_xact_lock({TURN})")
    elif not fetched_one(f"SELECT pg_try_advisory_xact_lock({TURN})")[0]:
        return 0
    return executed(SEAL, {"margin": MARGIN, "batch": BATCH, "genesis": GENESIS})


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link, signed: whoever keeps it can tell whether the chain was cut or rewritten."""

    position: int
    hash: str
    sealed_at: str
    exported_at: str
    hmac: str = ""

    def signature(self, key: str) -> str:
        """Sign everything but the signature."""
        said = f"dayrade audit head\n{self.position}\n{self.hash}\n{self.sealed_at}"
        said += f"\n{self.exported_at}"
        return hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest()

    @property
    def line(self) -> str:
        """The head as a line of JSON."""
        return json.dumps(asdict(self))

    @property
    def is_ours(self) -> bool:
        """Whether one of the keys has signed it."""
        keys = settings.AUDIT_HEAD_KEYS
        return any(hmac.compare_digest(self.signature(key), self.hmac) for key in keys)


def head() -> Head | None:
    """Return the newest link, signed by the first of AUDIT_HEAD_KEYS, or None without any."""
    found = fetched(HEAD)
    if not found:
        return None
    position, digest, sealed_at = found[0]
    unsigned = Head(position, digest, instant(sealed_at), instant(timezone.now()))
    return Head(**asdict(unsigned) | {"hmac": unsigned.signature(settings.AUDIT_HEAD_KEYS[0])})


def read_head(text: str) -> Head | None:
    """Read a head from its line, or from a line of the log, in either format; else None."""
    try:
        read: dict[str, Any] = json.loads(text[text.index("{") :])
        if message := read.get("message"):
            read = json.loads(message[message.index("{") :])
        found = Head(**read)
    except (ValueError, TypeError, AttributeError):
        return None
    is_whole = type(found.position) is int and all(
        isinstance(value, str) for name, value in read.items() if name != "position"
    )
    return found if is_whole else None


def instant(at: datetime) -> str:
    """Write an instant in UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
