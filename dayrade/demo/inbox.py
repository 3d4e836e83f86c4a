"""What the people of the demo have been notified of."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from accounts.models import KycStatus, User
from comms.models import Channel, Notification, Priority
from dayrade.demo.chance import Chance
from dayrade.demo.contests import Contest
from dayrade.demo.ledger import Run
from dayrade.demo.people import Crowd
from tournaments.models import Participant, TournamentStatus

TOP = 10
BOTH = [Channel.IN_APP, Channel.EMAIL]
KYC = {
    KycStatus.REJECTED: "We could not confirm your identity from what you sent us.",
    KycStatus.REQUIRES_ACTION: "Please send us a sharper picture of your identity card.",
    KycStatus.IN_REVIEW: "We have what we need and are looking at it.",
}
CANCELLED = "Too few had registered, so {} does not take place. Your entry fee is on its way back."


def dollars(amount: Decimal | None) -> str:
    """Write an amount with its sign before the dollar's."""
    return f"{'-' if amount and amount < 0 else ''}${abs(amount or 0):,.2f}"


class News(NamedTuple):
    """Something that happened to a seat, and when its owner was told."""

    kind: str
    title: str
    message: str
    sent_at: datetime
    priority: Priority = Priority.MEDIUM


class Postman:
    """Writes notifications, some of which have been read."""

    def __init__(self, chance: Chance, at: datetime) -> None:
        """Begin with an empty bag."""
        self.chance = chance
        self.at = at

    def note(
        self, user_id: Any, kind: str, title: str, message: str, sent_at: datetime, **fields: Any
    ) -> Notification:
        """Write a notification; whatever travels by e-mail has been sent by now."""
        note = Notification(
            id=self.chance.uuid(),
            user_id=user_id,
            type=kind,
            title=title,
            message=message,
            created_at=sent_at,
            **fields,
        )
        if Channel.EMAIL in note.channels:
            note.email_sent = True
            note.email_sent_at = min(sent_at + timedelta(seconds=4), self.at)
        # The older, the likelier it has been read.
        if self.chance.hits(0.85 if self.at - sent_at > timedelta(days=2) else 0.35):
            note.is_read = True
            note.read_at = sent_at + (self.at - sent_at) * self.chance.random()
        return note


def deliver(
    chance: Chance, at: datetime, crowd: Crowd, contests: Iterable[Contest], runs: Sequence[Run]
) -> None:
    """Insert the notifications that follow from everything else; `runs` are of the one active."""
    postman = Postman(chance, at)
    Notification.objects.bulk_create(
        [
            *_accounts(postman, crowd),
            *(note for contest in contests for note in _tournaments(postman, contest)),
            *_trading(postman, runs),
        ]
    )


def _accounts(postman: Postman, crowd: Crowd) -> Iterator[Notification]:
    def kyc(user: User, message: str, sent_at: datetime) -> Notification:
        return postman.note(
            user.pk,
            f"kyc.{user.kyc_status}",
            "Your identity check",
            message,
            sent_at,
            channels=BOTH,
            action_url="/account/kyc",
            action_label="See the details",
        )

    for user in crowd.competitors:
        if user.kyc_approved_at:
            yield kyc(user, "Your identity is confirmed.", user.kyc_approved_at)
    for user in crowd.spectators:
        if user.kyc_status in KYC:
            message = KYC[KycStatus(user.kyc_status)]
            yield kyc(user, message, user.created_at + timedelta(days=2))


def _tournaments(postman: Postman, contest: Contest) -> Iterator[Notification]:
    tournament = contest.tournament
    for seat in contest.seats:
        news = _news(contest, seat, postman.at)
        if news:
            yield postman.note(
                seat.user_id,
                news.kind,
                news.title,
                news.message,
                news.sent_at,
                priority=news.priority,
                channels=BOTH,
                tournament=tournament,
                action_url=f"/tournaments/{tournament.slug}",
                action_label="Open the tournament",
            )


def _news(contest: Contest, seat: Participant, at: datetime) -> News | None:
    """Return what its owner has to know of a seat, if anything."""
    tournament = contest.tournament
    if tournament.status == TournamentStatus.CANCELLED:
        return News(
            "tournament.cancelled",
            f"{tournament} is cancelled",
            CANCELLED.format(tournament),
            tournament.registration_close_date,
            Priority.HIGH,
        )
    if seat.disqualified:
        return News(
            "participant.disqualified",
            f"You are disqualified from {tournament}",
            seat.disqualification_reason or "",
            min(contest.days[-1].opens_at + timedelta(hours=1), at),
            Priority.URGENT,
        )
    if seat.final_rank:
        return News(
            "tournament.completed",
            f"{tournament} is over",
            f"You finished on rank {seat.final_rank} with a P&L of {dollars(seat.final_pnl)}.",
            tournament.end_date + timedelta(minutes=30),
        )
    if tournament.status == TournamentStatus.ACTIVE and seat.is_active:
        return News(
            "tournament.started",
            f"{tournament} has begun",
            "The market is open. Good luck!",
            tournament.start_date,
        )
    return None


def _trading(postman: Postman, runs: Sequence[Run]) -> Iterator[Notification]:
    """Tell the first of the board where they stand, and of their best trade."""
    for run in runs:
        seat = run.seat
        if not seat.current_rank or seat.current_rank > TOP or not run.trades:
            continue
        yield postman.note(
            seat.user_id,
            "rank.top_ten",
            f"You are among the first {TOP}",
            f"Rank {seat.current_rank} with a P&L of {dollars(seat.total_pnl)}.",
            run.snapshots[-1].recorded_at,
            tournament_id=seat.tournament_id,
        )
        best = max(run.trades, key=lambda trade: (trade.pnl or 0, trade.pk))
        if best.pnl and best.pnl > 0:
            yield postman.note(
                seat.user_id,
                "trade.best",
                f"Your best trade: {best.symbol}",
                f"You made ${best.pnl} on {best.quantity} shares of {best.symbol}.",
                best.created_at,
                tournament_id=seat.tournament_id,
                trade=best,
                priority=Priority.LOW,
            )
