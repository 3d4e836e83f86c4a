"""Lines of commentary: what was found, what staff say, and what is taken back."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import STAFF_ROLES, User
from accounts.services import staff
from administration import audit, configuration
from comms.commentary import detectors
from comms.commentary.composing import compose
from comms.commentary.facts import Event, Fact
from comms.models import (
    Commentary,
    CommentaryFact,
    CommentarySource,
    CommentaryState,
    Personality,
    Priority,
    Retraction,
)
from comms.services import commentary_sql as sql
from dayrade import events, jobs
from dayrade.db import rows
from dayrade.db.queries import executed, fetched
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError
from tournaments.models import Tournament
from tournaments.services import freeze

TEXT_MAX = 500
AHEAD_MAX = timedelta(days=31)
STALE = "Too old to say."
#: How long a line waits for each provider that makes something better of it.
WORDING = timedelta(seconds=6)
VOICING = timedelta(seconds=8)


class FrozenError(ConflictError):
    """The board is frozen: nothing is said in public until the result."""

    code = "COMMENTARY_FROZEN"


class RetractedError(ConflictError):
    """The line is taken back."""

    code = "ALREADY_RETRACTED"


def is_frozen(tournament: Tournament, *, at: datetime | None = None) -> bool:
    """Tell whether nothing more may be said in public of a tournament."""
    return freeze.cut(tournament, AnonymousUser(), at=at) is not None


def state_of(tournament: Tournament) -> CommentaryState | None:
    """Lock how far a tournament's commentary has come; None while somebody else is at it."""
    states = CommentaryState.objects.filter(pk=tournament.pk)
    free = states.select_for_update(no_key=True, skip_locked=True)
    found = free.first()
    # An insert would wait for whoever is at the row.
    if found is None and not states.exists():
        executed(sql.BEGIN, [tournament.pk])
        found = free.all().first()
    return found


@service
def say(
    *,
    actor: User,
    tournament: Tournament,
    personality: str,
    commentary_text: str,
    priority: str = Priority.MEDIUM,
    scheduled_at: datetime | None = None,
) -> Commentary:
    """Have a voice say something; at once, which is as soon as the others let it, by default.

    `scheduled_at` is aware. Locks the staff member.

    Raises:
        ValidationError: a value is not allowed.
        ForbiddenError: the actor is not on the staff any more.
        FrozenError: the board is frozen.

    """
    audit.acting(actor, "commentary.say")
    _staff(actor)
    now = timezone.now()
    text = commentary_text.strip()
    if not text or len(text) > TEXT_MAX:
        raise ValidationError({"commentary_text": [f"Say 1 to {TEXT_MAX} characters."]})
    due = scheduled_at or now
    if not now - timedelta(minutes=1) <= due <= now + AHEAD_MAX:
        raise ValidationError({"scheduled_at": ["Choose an instant within the next 31 days."]})
    if is_frozen(tournament, at=now):
        raise FrozenError("The board is frozen: nothing is said in public until the result.")
    line = rows.insert(
        Commentary(
            tournament=tournament,
            personality=personality,
            commentary_text=text,
            trigger_event=Event.MANUAL,
            source=CommentarySource.MANUAL,
            priority=priority,
            scheduled_at=due,
        )
    )
    audit.record(actor, "commentary.say", entity_type="commentary", entity_id=line.pk)
    if settings.COMMENTARY_SPEECH_KEY:
        jobs.defer("comms.voice_commentary", commentary_id=str(line.pk))
    return line


def tell(tournament: Tournament, facts: Iterable[Fact], *, at: datetime) -> list[Commentary]:
    """Queue a line for each fact that was not told; belongs into the transaction of a service."""
    return [line for fact in facts if (line := _tell(tournament, fact, at))]


def _tell(tournament: Tournament, fact: Fact, at: datetime) -> Commentary | None:
    found = fetched(
        sql.TELL,
        [
            tournament.pk,
            fact.key,
            fact.event,
            fact.at,
            fact.participant_id,
            list(fact.trades),
            list(fact.figures),
            fact.subject_id,
        ],
    )
    if not found:
        return None
    age = timedelta(seconds=configuration.value("commentary.max_age_seconds"))
    parameters = {"tournament": tournament.pk, "since": at - age}
    recent = {name for (name,) in fetched(sql.RECENT, parameters)}
    line = compose(fact, recent=recent)
    stored = Commentary.objects.create(
        tournament=tournament,
        personality=Personality(line.voice),
        commentary_text=line.text,
        trigger_event=fact.event,
        trigger_data=fact.trigger_data,
        trigger_user_id=fact.user_id,
        source=CommentarySource(fact.source),
        priority=Priority(fact.priority),
        scheduled_at=at + _preparation(),
    )
    CommentaryFact.objects.filter(pk=found[0][0]).update(commentary=stored, line=line.name)
    _prepare(stored)
    return stored


def _preparation() -> timedelta:
    wording = WORDING if settings.COMMENTARY_TEXT_URL else timedelta(0)
    return wording + (VOICING if settings.COMMENTARY_SPEECH_KEY else timedelta(0))


def _prepare(line: Commentary) -> None:
    if settings.COMMENTARY_TEXT_URL:
        jobs.defer("comms.word_commentary", commentary_id=str(line.pk))
    elif settings.COMMENTARY_SPEECH_KEY:
        jobs.defer("comms.voice_commentary", commentary_id=str(line.pk))


@service
def retract(*, actor: User, line: Commentary, reason: str) -> Commentary:
    """Take a line back, or keep it from being said, and return it.

    Nobody but staff sees it from then on. Where it was spoken and rested on a fact, the sage says
    so. Locks the staff member and the line.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is not on the staff any more.
        RetractedError: it is taken back.

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "commentary.retract", reason=reason)
    decider = _staff(actor)
    if not take_back(line.pk, reason=reason, by=decider):
        raise RetractedError("This line is taken back.")
    return Commentary.objects.select_related("retraction").get(pk=line.pk)


def take_back(key: UUID, *, reason: str, by: User | None = None) -> bool:
    """Withdraw a line, and tell whether it had not been; belongs into the transaction of a service.

    Locks the line: whoever speaks it has done so, or will not.
    """
    line = rows.locked(Commentary(pk=key))
    if Retraction.objects.filter(commentary=line).exists():
        return False
    Retraction.objects.create(
        commentary=line, reason=reason, was_spoken=line.is_played, retracted_by=by
    )
    if line.is_played and line.tournament_id:
        events.publish(line.tournament_id, "commentary", subject_id=line.pk, action="retracted")
        _correct(line)
    return True


def _correct(line: Commentary) -> None:
    """Have the sage say that a line does not hold; a correction is not corrected."""
    if line.trigger_event in (Event.CORRECTION, Event.MANUAL) or not line.trigger_data:
        return
    at = timezone.now()
    fact = detectors.correction(
        event=str(line.trigger_event),
        data=line.trigger_data,
        of=line.pk,
        user_id=line.trigger_user_id,
        at=at,
    )
    if fact and line.tournament:
        tell(line.tournament, [fact], at=at)


def _staff(actor: User) -> User:
    """Lock the actor and return them as stored.

    Raises:
        ForbiddenError: they are not on the staff any more.

    """
    decider = rows.locked(actor)
    if decider.role not in STAFF_ROLES or not decider.may_sign_in:
        raise ForbiddenError("Only staff may do this.")
    return decider
