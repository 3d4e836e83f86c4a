"""The provider's own figures: kept as they came, and compared with ours."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.utils import timezone

from administration import audit
from dayrade.db import arrays
from dayrade.db.queries import fetched
from dayrade.db.transactions import service
from tournaments.models import Participant, Tournament
from trading import feed
from trading.feed import Item, Refusal
from trading.models.marks import BIGINT_MAX
from trading.services import reconciliation
from trading.services.marks import AHEAD_MAX

SOURCE = "zimtra"
#: Below it lie the ids of snapshots, which follow from the seat and the instant.
NAMESPACE = UUID("6c0a3c1e-6f0e-5b0a-9a40-5a3f5c8f7d11")
COLUMNS = (
    "total_pnl",
    "realized_pnl",
    "unrealized_pnl",
    "usd_balance",
    "number_of_trades",
    "total_shares_traded",
    "number_of_stocks_traded",
    "total_notional_traded",
)

STORE = """
    INSERT INTO trading_performance
        (id, tournament_id, user_id, participant_id, recorded_at, data_source, total_pnl,
         realized_pnl, unrealized_pnl, usd_balance, number_of_trades, total_shares_traded,
         number_of_stocks_traded, total_notional_traded, raw_zimtra_data)
    SELECT sent.id, seat.tournament_id, seat.user_id, seat.id, sent.recorded_at, %s,
           sent.total_pnl, sent.realized_pnl, sent.unrealized_pnl, sent.usd_balance,
           sent.number_of_trades, sent.total_shares_traded, sent.number_of_stocks_traded,
           sent.total_notional_traded, sent.raw
    FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::numeric[], %s::numeric[],
                %s::numeric[], %s::numeric[], %s::int[], %s::bigint[], %s::int[], %s::numeric[],
                %s::jsonb[])
         sent (id, participant_id, recorded_at, total_pnl, realized_pnl, unrealized_pnl,
               usd_balance, number_of_trades, total_shares_traded, number_of_stocks_traded,
               total_notional_traded, raw)
    JOIN tournament_participants seat ON seat.id = sent.participant_id
    ORDER BY sent.id
    ON CONFLICT (id) DO NOTHING
    RETURNING id
"""
KNOWN = """
    SELECT id, total_pnl, realized_pnl, unrealized_pnl, usd_balance, number_of_trades,
           total_shares_traded, number_of_stocks_traded, total_notional_traded
    FROM trading_performance WHERE id = ANY(%s::uuid[])
"""

UNKNOWN_ACCOUNT = Refusal("UNKNOWN_ACCOUNT", "No seat of this tournament has this account.")
FUTURE = Refusal("IN_THE_FUTURE", "as_of lies in the future.")
TOO_EARLY = Refusal("OUTSIDE_WINDOW", "as_of lies before the start of the tournament.")
TOTAL = Refusal("INCONSISTENT_TOTAL", "total_pnl is not realized_pnl plus unrealized_pnl.")
CONFLICT = Refusal("SNAPSHOT_CONFLICT", "Other figures of this account and instant are known.")
RAW = Refusal(feed.INVALID, "raw must be an object.")
NO_ITEM = Refusal("INVALID_ITEM", "Not an object.")


class Verdict(NamedTuple):
    """What became of a snapshot."""

    zimtra_account_id: str | None
    status: str
    error: str | None = None
    message: str | None = None


class Snapshot(NamedTuple):
    """The figures of a seat at an instant; `figures` are in the order of COLUMNS."""

    id: UUID
    participant_id: UUID
    recorded_at: datetime
    figures: tuple[Any, ...]
    raw: str


@service
def take(*, tournament: Tournament, items: Sequence[Any]) -> list[Verdict]:
    """Keep the provider's snapshots, once per seat and instant, and note where they differ.

    A snapshot of an instant that is known is a duplicate if its figures are the same, and is
    refused if they are not: the first stands.
    """
    audit.acting(None, "performance.ingest")
    now = timezone.now()
    seats = _seats(tournament, items)
    read = [_read(item, tournament, seats, now) for item in items]
    sent: dict[UUID, Snapshot] = {}
    for one in read:
        if isinstance(one, Snapshot):
            sent.setdefault(one.id, one)
    new = _store(list(sent.values()))
    known = _known([*sent]) if len(new) < len(read) else {}
    verdicts = []
    for item, one in zip(items, read, strict=True):
        outcome = _outcome(one, new, known)
        named = feed.shown(item, "zimtra_account_id") if isinstance(item, Mapping) else None
        if isinstance(outcome, Refusal):
            verdicts.append(Verdict(named, "rejected", *outcome))
        else:
            verdicts.append(Verdict(named, outcome))
    found = reconciliation.compare(accepted) if (accepted := _accepted(verdicts, read)) else 0
    audit.record(
        None,
        "performance.ingest",
        entity_type="tournaments",
        entity_id=tournament.pk,
        details={"items": len(items), "accepted": len(accepted), "differences": found},
    )
    return verdicts


def _accepted(verdicts: Sequence[Verdict], read: Sequence[Snapshot | Refusal]) -> list[UUID]:
    return [
        one.id
        for verdict, one in zip(verdicts, read, strict=True)
        if verdict.status == "accepted" and isinstance(one, Snapshot)
    ]


def _seats(tournament: Tournament, items: Iterable[Any]) -> dict[str, UUID]:
    accounts = {
        feed.shown(item, "zimtra_account_id") for item in items if isinstance(item, Mapping)
    }
    seats = Participant.objects.filter(tournament=tournament, zimtra_account_id__in=accounts)
    return {str(account): key for account, key in seats.values_list("zimtra_account_id", "pk")}


def _read(
    item: Any, tournament: Tournament, seats: Mapping[str, UUID], now: datetime
) -> Snapshot | Refusal:
    if not isinstance(item, Mapping):
        return NO_ITEM
    account = feed.identifier(item, "zimtra_account_id")
    as_of = feed.instant(item, "as_of")
    figures = (*_money(item), *_counts(item), feed.number(item, "total_notional_traded", 20, 2))
    for value in (account, as_of, *figures):
        if isinstance(value, Refusal):
            return value
    if not isinstance(as_of, datetime):
        raise TypeError("an instant has been read")
    if account not in seats:
        return UNKNOWN_ACCOUNT
    wrong = _implausible(item, figures, as_of, tournament, now)
    if wrong:
        return wrong
    seat = seats[str(account)]
    key = uuid5(NAMESPACE, f"{seat} {as_of.isoformat()}")
    return Snapshot(key, seat, as_of, figures, json.dumps(item, default=str))


def _money(item: Item) -> Iterable[Decimal | Refusal]:
    return [feed.number(item, name, 15, 2) for name in COLUMNS[:4]]


def _counts(item: Item) -> Iterable[int | Refusal]:
    return [
        feed.whole(item, "number_of_trades"),
        feed.whole(item, "total_shares_traded", high=BIGINT_MAX),
        feed.whole(item, "number_of_stocks_traded"),
    ]


def _implausible(
    item: Item, figures: Sequence[Any], as_of: datetime, tournament: Tournament, now: datetime
) -> Refusal | None:
    total, realized, unrealized = figures[:3]
    if figures[7] < 0:
        return Refusal(feed.OUT_OF_RANGE, "total_notional_traded must be 0 or more.")
    if not isinstance(item.get("raw") or {}, Mapping):
        return RAW
    if total != realized + unrealized:
        return TOTAL
    if as_of > now + AHEAD_MAX:
        return FUTURE
    return TOO_EARLY if as_of < tournament.start_date else None


def _store(sent: Sequence[Snapshot]) -> set[UUID]:
    """Insert what is new and return its ids."""
    if not sent:
        return set()
    columns = zip(*(one.figures for one in sent), strict=True)
    parameters: list[Any] = [
        SOURCE,
        arrays.plain(one.id for one in sent),
        arrays.plain(one.participant_id for one in sent),
        arrays.instants(one.recorded_at for one in sent),
        *(arrays.plain(column) for column in columns),
        [one.raw for one in sent],
    ]
    return {key for (key,) in fetched(STORE, parameters)}


def _known(ids: Iterable[UUID]) -> dict[UUID, tuple[Any, ...]]:
    return {key: tuple(figures) for key, *figures in fetched(KNOWN, [arrays.plain(ids)])}


def _outcome(
    one: Snapshot | Refusal, new: set[UUID], known: Mapping[UUID, tuple[Any, ...]]
) -> str | Refusal:
    if isinstance(one, Refusal):
        return one
    if one.id in new:
        # The first of several in one delivery.
        new.remove(one.id)
        return "accepted"
    return "duplicate" if known[one.id] == one.figures else CONFLICT
