"""By which ways people want to be told, and by which they can be."""

from collections.abc import Collection, Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.models import User
from comms.categories import FIXED, category_of, is_on
from comms.models import Category, Channel, Preference, PushSubscription
from dayrade.db import rows
from dayrade.db.transactions import service

type Choices = Mapping[tuple[Category, Channel], bool]


def of(user: User) -> Choices:
    """Return what holds for a person, of every category and channel."""
    chosen = {(row.category, row.channel): row.enabled for row in _rows(user)}
    return {
        (category, channel): is_on(category, channel, chosen=chosen.get((category, channel)))
        for category in Category
        for channel in Channel
    }


@service
def choose(*, user: User, choices: Choices) -> None:
    """Take what a person chooses in place of all they chose before; locks their account.

    What `choices` leaves out is at its default again.

    Raises:
        ValidationError: it would switch off what cannot be.

    """
    refused = [pair for pair, enabled in choices.items() if pair in FIXED and not enabled]
    if refused:
        raise ValidationError({"preferences": [_always(*pair) for pair in sorted(refused)]})
    rows.locked(user)
    _rows(user).delete()
    Preference.objects.bulk_create(
        Preference(user=user, category=category, channel=channel, enabled=enabled)
        for (category, channel), enabled in choices.items()
        if enabled != is_on(category, channel, chosen=None)
    )


@service
def refuse_mail(*, user: User) -> None:
    """Note that a person wants no e-mail, but for what cannot be switched off."""
    mailed = [(category, Channel.EMAIL) for category in Category]
    silenced = {pair: False for pair in mailed if pair not in FIXED}
    choose(user=user, choices={**of(user), **silenced})


def ways(*, user: User, type: str, priority: str, among: Collection[str]) -> list[Channel]:  # noqa: A002
    """Return the channels, beside the application itself, by which a notification travels."""
    category = category_of(type)
    chosen = {row.channel: row.enabled for row in _rows(user) if row.category == category}
    return [
        channel
        for channel in (Channel.EMAIL, Channel.PUSH, Channel.SMS)
        if channel in among
        and is_on(category, channel, chosen=chosen.get(channel), priority=priority)
        and _has_way(user, channel)
    ]


def _rows(user: User) -> QuerySet[Preference]:
    return Preference.objects.filter(user_id=user.pk)


def _has_way(user: User, channel: Channel) -> bool:
    """Tell whether there is anything to send to; an address is looked at when it is used."""
    if channel == Channel.PUSH:
        known = PushSubscription.objects.filter(user_id=user.pk)
        return bool(settings.VAPID_PRIVATE_KEY) and known.exists()
    if channel == Channel.SMS:
        return bool(settings.SMS_SENDER and settings.BREVO_API_KEY and user.phone_number)
    return True


def _always(category: Category, channel: Channel) -> str:
    if channel == Channel.IN_APP:
        return f"{category.label}: notifications are always shown in the application."
    return f"{category.label}: these notifications are always sent by e-mail."
