"""What people say in the demo's chats, and what a moderator hides of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from administration import audit
from comms.models import ChatMessage, ChatReport, MessageType, Mute, ReportReason
from dayrade.demo.chance import Chance
from dayrade.demo.contests import Contest
from dayrade.demo.people import Crowd
from dayrade.demo.prices import SYMBOLS, Day
from tournaments.models import Participant

MORNING = (
    "Good morning everybody, who is awake for the open?",
    "{symbol} spread is wide this morning, waiting a bit.",
    "never again trading {symbol} in the first five minutes",
    "The gap in {symbol} is filled, I am done with it.",
    "Coffee first, {symbol} second.",
    "What a gap in {symbol}. Glad I was flat.",
    "Good luck today @{name}, you are close to the top",
    "Watching only until ten.",
)
MIDDAY = (
    "anyone else long {symbol}?",
    "Short {symbol} here. Small size.",
    "That {symbol} candle was rude.",
    "nice one @{name}!",
    "Half off {symbol}, letting the rest run.",
    "Stopped out of {symbol}. Of course it turned right after.",
    "Congrats @{name}, patience paid off there",
    "Volume in {symbol} is drying up, lunch time.",
    "I moved my stop. I know. I know.",
    "{symbol} respects that level every single time",
    "Is the board delayed for anybody else or is it my connection?",
    "works fine here @{name}",
    "I flipped {symbol} twice today and paid for it both times",
    "What do you all do about the next release, flat or small?",
    "Flat before releases. Always.",
    "{symbol} or {other} for a swing? I like {other} better",
    "My {symbol} short is working but I do not trust it",
    "Respect to whoever bought {symbol} at the low",
    "Out of {symbol} flat. I take it.",
    "Too many trades today. Sitting on my hands now.",
    "@{name} what is your stop on {symbol}?",
    "Below the open I leave it alone.",
    "Commissions are eating me alive, fewer and larger from now on",
    "{other} follows {symbol} with a delay today, or am I seeing things?",
    "How is everybody holding up?",
    "Not trading this hour, just watching the board. Better than football.",
)
EVENING = (
    "Power hour, let's go",
    "Adding to {symbol} only if it holds into the close.",
    "Down on the day but the process was fine, see you tomorrow.",
    "gg everyone, @{name} you made me nervous",
    "First green day of the week, finally",
    "@{name} how do you hold these overnight, I could not sleep",
    "Flat into the close. Good night.",
    "Holding {symbol} overnight, wish me luck.",
    "Well traded today @{name}",
    "That close in {symbol}, wow",
)
# What a moderator hides, and why.
HIDDEN = (
    ("Guaranteed signals, 90 percent wins, write me in private!!!", "Advertising"),
    ("@{name} you are an idiot and so is your strategy", "Insult"),
    ("I will sell my account to the highest bidder, top 20 rank", "Offer to sell an account"),
    ("join my channel for free picks before the bell", "Advertising"),
)
ANNOUNCEMENT = (
    "Please keep it friendly, and no advertising: what breaks the rules is hidden. Good luck!"
)


# What somebody complains of in messages that are none the worse for it.
REPORTED = (
    (ReportReason.OTHER, "He talks others out of their positions."),
    (ReportReason.SPAM, None),
    (ReportReason.CHEATING, "How does he know that before the release?"),
)


class Deck:
    """Lines that fit the hour, each said once before any is said again."""

    def __init__(self, chance: Chance) -> None:
        """Begin with every line unsaid."""
        self.chance = chance
        self.left: dict[tuple[str, ...], list[str]] = {}

    def draw(self, day: Day, at: datetime) -> str:
        """Take a line that somebody may say at an instant of a day."""
        lines: tuple[str, ...] = MIDDAY
        if at < day.opens_at + timedelta(minutes=50):
            lines = MORNING
        elif at > day.closes_at - timedelta(minutes=50):
            lines = EVENING
        if not self.left.get(lines):
            self.left[lines] = self.chance.sample(lines, len(lines))
        return self.left[lines].pop()


def fill(chance: Chance, at: datetime, crowd: Crowd, contest: Contest, messages: int) -> None:
    """Insert a chat over the trading days, hide and report some of it, and announce the rules."""
    talkers = [seat for seat in contest.seats if seat.is_active]
    regulars = chance.sample(talkers, max(3, len(talkers) // 4))
    deck = Deck(chance)
    said = [_message(chance, at, contest, regulars, deck) for _ in range(messages)]
    said.append(
        ChatMessage(
            id=chance.uuid(),
            tournament=contest.tournament,
            user=crowd.moderator,
            message_text=ANNOUNCEMENT,
            message_type=MessageType.ANNOUNCEMENT,
            created_at=contest.days[0].opens_at - timedelta(minutes=30),
        )
    )
    ChatMessage.objects.bulk_create(said)
    for text, reason in HIDDEN:
        message = _message(chance, at, contest, regulars, text)
        hide(chance, at, crowd.moderator, message, reason)
        if reason == "Insult":
            mute(chance, at, crowd.moderator, message)
    report(chance, at, talkers, said[: len(REPORTED)])


def _message(
    chance: Chance,
    at: datetime,
    contest: Contest,
    talkers: Sequence[Participant],
    text: "str | Deck",
) -> ChatMessage:
    day = chance.choice(contest.days)
    spoken = min(day.closes_at + timedelta(minutes=40), at) - day.opens_at
    said_at = day.opens_at + spoken * chance.random()
    first, second = chance.sample(talkers, 2)
    symbol, other = chance.sample(SYMBOLS, 2)
    return ChatMessage(
        id=chance.uuid(),
        tournament=contest.tournament,
        user_id=first.user_id,
        message_text=(text if isinstance(text, str) else text.draw(day, said_at)).format(
            symbol=symbol, other=other, name=second.user.username
        ),
        sentiment_score=Decimal(chance.randint(-60, 80)).scaleb(-2) if chance.hits(0.8) else None,
        relevance_score=Decimal(chance.randint(20, 100)).scaleb(-2) if chance.hits(0.8) else None,
        created_at=said_at,
    )


def hide(chance: Chance, at: datetime, moderator: User, message: ChatMessage, reason: str) -> None:
    """Insert a message and hide it a little later, as moderation does."""
    message.save(force_insert=True)
    message.is_moderated = True
    message.moderation_reason = reason
    message.moderated_by = moderator
    message.moderated_at = min(message.created_at + timedelta(seconds=chance.randint(20, 240)), at)
    audit.acting(moderator, "chat_message.hide", reason=reason)
    message.save(
        update_fields=[
            "is_moderated",
            "moderation_reason",
            "moderated_by",
            "moderated_at",
            "updated_at",
        ]
    )


def mute(chance: Chance, at: datetime, moderator: User, message: ChatMessage) -> None:
    """Insert a mute of who wrote a hidden message, from when it was hidden."""
    muted_at = message.moderated_at or at
    audit.acting(moderator, "user.mute", reason="Insult")
    Mute.objects.create(
        id=chance.uuid(),
        user_id=message.user_id,
        tournament=message.tournament,
        reason="Insult",
        muted_by=moderator,
        muted_at=muted_at,
        ends_at=muted_at + timedelta(hours=1),
    )


def report(
    chance: Chance, at: datetime, talkers: Sequence[Participant], said: Sequence[ChatMessage]
) -> None:
    """Insert reports of some messages by others, a little later, for staff to decide."""
    for message, (reason, comment) in zip(said, REPORTED, strict=True):
        others = [seat for seat in talkers if seat.user_id != message.user_id]
        ChatReport.objects.create(
            id=chance.uuid(),
            message=message,
            user_id=chance.choice(others).user_id,
            reason=reason,
            comment=comment,
            created_at=min(message.created_at + timedelta(minutes=chance.randint(1, 20)), at),
        )
