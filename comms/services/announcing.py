"""What staff tell everybody who competes: once in the chat, and to each as a notification."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from accounts.models import User
from accounts.services import staff
from administration import audit
from comms.categories import category_of, is_on
from comms.models import Channel, ChatMessage, Preference, PushSubscription, UnreachableAddress
from comms.services import chat
from dayrade import jobs, limits
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, TooOftenError
from tournaments.models import Tournament
from tournaments.services import seats

TYPE = "tournament.announcement"
TITLE = "News of {}"


class AlreadyAnnouncedError(ConflictError):
    """It was sent before: a form that is sent twice tells nobody twice."""

    code = "ALREADY_ANNOUNCED"


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people are told, and to how many of them it also travels by which way."""

    people: int
    email: int
    push: int
    sms: int


def audience(tournament: Tournament) -> Audience:
    """Count whom an announcement reaches now, as preferences and what is known of addresses say."""
    people = seats.told(tournament)
    unreachable = UnreachableAddress.objects.filter(user=OuterRef("pk")).alias(
        lower=Lower("address")
    )
    mailed = people.filter(_wants(Channel.EMAIL), email_verified=True, is_active=True)
    mailed = mailed.exclude(Exists(unreachable.filter(lower=Lower(OuterRef("email")))))
    pushed = people.filter(
        _wants(Channel.PUSH), Exists(PushSubscription.objects.filter(user=OuterRef("pk")))
    )
    texted = people.filter(_wants(Channel.SMS), phone_number__gt="")
    return Audience(
        people=people.count(),
        email=mailed.count(),
        push=pushed.count() if settings.VAPID_PRIVATE_KEY else 0,
        sms=texted.count() if settings.SMS_SENDER and settings.BREVO_API_KEY else 0,
    )


def _wants(channel: Channel) -> Q:
    """Keep people who take announcements by a channel, by what they chose or by default."""
    category = category_of(TYPE)
    default = is_on(category, channel, chosen=None)
    chosen = Preference.objects.filter(
        user=OuterRef("pk"), category=category, channel=channel, enabled=not default
    )
    return ~Q(Exists(chosen)) if default else Q(Exists(chosen))


@service
def announce(
    *, actor: User, tournament: Tournament, text: str, reason: str, key: UUID
) -> ChatMessage:
    """Tell everybody with a seat, and whoever watches the chat; return the message there.

    What has a `key` is told once, by whoever is first. Locks all admins.

    Raises:
        ValidationError: the text or the reason is empty or too long.
        ForbiddenError: the actor is no admin in good standing any more.
        AlreadyAnnouncedError: what has this key was announced.
        TooOftenError: this tournament has had enough of them for now.

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "tournament.announce", reason=reason)
    staff.expect_admin(actor)
    if ChatMessage.objects.filter(pk=key).exists():
        raise AlreadyAnnouncedError("This was announced already.")
    wait = limits.spent("announcement", str(tournament.pk))
    if wait is not None:
        raise TooOftenError(
            f"There were enough announcements: wait {wait / 60:.0f} minutes.", seconds=wait
        )
    room = chat.Room(tournament.pk, {})
    message = chat.announce(user=actor, room=room, text=text, key=key)
    audit.record(
        actor,
        "tournament.announce",
        entity_type="tournaments",
        entity_id=tournament.pk,
        details={"reason": reason, "text": message.message_text},
    )
    jobs.defer(
        "tournaments.tell_participants",
        tournament_id=str(tournament.pk),
        type=TYPE,
        title=TITLE.format(tournament.name),
        message=message.message_text,
    )
    return message
