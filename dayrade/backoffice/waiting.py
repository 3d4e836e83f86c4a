"""What needs a person now, the most urgent first."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, Model, OuterRef, QuerySet, Value

from accounts.models import KycReview, KycStatus, User
from administration.models import SystemConfiguration
from comms.models import ChatReport, Delivery, ReportStatus
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address
from dayrade.backoffice import upkeep
from dayrade.backoffice.words import COUNTED, counted, in_words
from tournaments.models import Booking, Tournament, TournamentStatus
from tournaments.services import lifecycle
from trading.models import Break, BreakStatus, QuarantinedTrade, QuarantineStatus

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LISTED = 8
BADGE_MAX = 99
#: Tournaments are moved every ten seconds.
MOVED_WITHIN = MINUTE
#: Since when an identity waits is looked up in the audit log, one by one.
IDENTITIES_LOOKED_AT = 100
OPEN = "?status__exact=open"
REFUSED = QuarantinedTrade.objects.filter(status=QuarantineStatus.OPEN)
DIFFERING = Break.objects.filter(status=BreakStatus.OPEN)
NOT_YET = {
    TournamentStatus.REGISTRATION_OPEN: "has not opened its registration",
    TournamentStatus.REGISTRATION_CLOSED: "has not closed its registration",
    TournamentStatus.ACTIVE: "has not started",
    TournamentStatus.COMPLETED: "has not ended",
}


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for staff: how much, since when, and the page that opens just that.

    `patience` is how long it may wait before it is late; `why` is what keeps it, with its pages.
    """

    title: str
    url: str
    patience: timedelta
    count: str = ""
    since: datetime | None = None
    why: Sequence[tuple[str, str]] = ()

    def urgency(self, at: datetime) -> float:
        """Return how often its patience is over by `at`; what waits since unknown comes first."""
        return (at - self.since) / self.patience if self.since else float("inf")

    def shown(self, at: datetime) -> dict[str, Any]:
        """Return it in words, as the page and its script show it."""
        return {
            "title": self.title,
            "url": self.url,
            "count": self.count,
            "waited": in_words(at - self.since) if self.since else "",
            "late": self.urgency(at) > 1,
            "why": [{"said": said, "url": url} for said, url in self.why],
        }


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows of a table that wait for staff since an instant of theirs; `most` bounds the look."""

    title: str
    model: type[Model]
    query: str
    patience: timedelta
    rows: Callable[[], QuerySet[Any]]
    since: str
    most: int = COUNTED

    @property
    def url(self) -> str:
        """Return where just these are listed."""
        return address(self.model, "changelist") + self.query

    def need(self) -> Need | None:
        """Count them and find the oldest, in one question."""
        waiting = self.rows().order_by().values(at=F(self.since))[: self.most + 1]
        found = waiting.aggregate(number=Count("*"), oldest=Min("at"))
        if not found["number"]:
            return None
        count = counted(found["number"], self.most)
        return Need(self.title, self.url, self.patience, count, found["oldest"])


QUEUES = (
    Queue(
        "Reported messages",
        ChatReport,
        OPEN,
        10 * MINUTE,
        lambda: ChatReport.objects.filter(status=ReportStatus.OPEN),
        "created_at",
    ),
    Queue("Refused trades", QuarantinedTrade, OPEN, 30 * MINUTE, REFUSED.all, "received_at"),
    Queue("Differences from the provider", Break, OPEN, 30 * MINUTE, DIFFERING.all, "found_at"),
    Queue(
        "Bookings to check",
        Booking,
        "?mismatch=to_check",
        4 * HOUR,
        Booking.objects.to_check,
        "first_seen_at",
    ),
    Queue(
        "Not delivered",
        Delivery,
        "?status__exact=dead",
        12 * HOUR,
        Delivery.objects.dead,
        "created_at",
    ),
    Queue(
        "Identities to review",
        KycReview,
        "",
        DAY,
        lambda: User.objects.filter(kyc_status=KycStatus.IN_REVIEW).with_kyc_since(),
        "kyc_since",
        IDENTITIES_LOOKED_AT,
    ),
)


def needs(request: StaffRequest, at: datetime) -> list[Need]:
    """Return what this person may see of what waits, the most urgent at `at` first."""
    found = [queue.need() for queue in QUEUES if may(request, "view", queue.model)]
    waiting = [need for need in found if need]
    if may(request, "view", Tournament):
        waiting += overdue(at)
    if may(request, "view", SystemConfiguration):
        waiting += [Need(*said) for said in upkeep.troubles(at)]
    return sorted(waiting, key=lambda need: need.urgency(at), reverse=True)


def overdue(at: datetime) -> Iterable[Need]:
    """Name the tournaments whose date has come and that have not moved, and what keeps them."""
    due = with_doubts(Tournament.objects.due(at=at - MOVED_WITHIN))
    for tournament in due[:LISTED]:
        to = lifecycle.TRANSITIONS[tournament.status][0]
        yield Need(
            f"{tournament} {NOT_YET[to]}",
            address(Tournament, "change", tournament.pk),
            MOVED_WITHIN,
            since=getattr(tournament, lifecycle.DATES[to]),
            why=kept_by(tournament) if to == TournamentStatus.COMPLETED else (),
        )


def with_doubts(tournaments: QuerySet[Tournament]) -> QuerySet[Any]:
    """Add whether refused trades wait, and whether figures differ: either keeps a result back."""
    return tournaments.annotate(
        refused=Exists(REFUSED.filter(tournament=OuterRef("pk"))),
        differing=Exists(DIFFERING.filter(tournament=OuterRef("pk"))),
    )


def kept_by(tournament: Any) -> list[tuple[str, str]]:
    """Say what keeps a result back, each with the list of just that."""
    query = f"?tournament__id__exact={tournament.pk}&status__exact=open"
    said = [
        (tournament.refused, "refused trades wait", QuarantinedTrade),
        (tournament.differing, "figures of the provider differ", Break),
    ]
    return [
        (words, address(model, "changelist") + query) for is_there, words, model in said if is_there
    ]


def badges(request: StaffRequest) -> dict[str, str]:
    """Count what waits behind the entries of the menu, by their addresses, in one question."""
    seen = [queue for queue in QUEUES if may(request, "view", queue.model)]
    parts = [
        queue.rows()
        .order_by()
        .annotate(place=Value(place))
        .values_list("place", flat=True)[: BADGE_MAX + 1]
        for place, queue in enumerate(seen)
    ]
    found = Counter(parts[0].union(*parts[1:], all=True)) if parts else Counter()
    return {
        address(seen[place].model, "changelist"): counted(number, BADGE_MAX)
        for place, number in found.items()
    }
