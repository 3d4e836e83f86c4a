"""What people can choose of their notifications, and what holds where they have chosen nothing."""

from comms.models import Category, Channel, Priority

#: The category of each beginning of a type, up to its dot; whatever is not here is OTHER.
PREFIXES = {
    "password": Category.SECURITY,
    "session": Category.SECURITY,
    "two_step": Category.SECURITY,
    "email": Category.SECURITY,
    "user": Category.SECURITY,
    "kyc": Category.IDENTITY,
    "booking": Category.BOOKINGS,
    "tournament": Category.TOURNAMENTS,
    "participant": Category.TOURNAMENTS,
    "result": Category.RESULTS,
    "trade": Category.TRADES,
    "chat": Category.CHAT,
}
#: What nobody can switch off: whoever takes over an account must not silence its owner.
FIXED = {(category, Channel.IN_APP) for category in Category} | {(Category.SECURITY, Channel.EMAIL)}
#: A text message costs money and wakes people: it is for those who ask for it.
OFF_BY_DEFAULT = {Channel.SMS}


def category_of(type: str) -> Category:  # noqa: A002  # the column's name
    """Return what a notification of this type is about."""
    return PREFIXES.get(type.partition(".")[0], Category.OTHER)


def is_on(
    category: Category, channel: Channel, *, chosen: bool | None, priority: str = Priority.MEDIUM
) -> bool:
    """Tell whether a notification travels by a channel; `chosen` is None without a choice.

    An urgent one is mailed to everybody. It neither rings a telephone nor a browser that its owner
    has silenced.
    """
    urgent = priority == Priority.URGENT and channel == Channel.EMAIL
    if urgent or (category, channel) in FIXED:
        return True
    return channel not in OFF_BY_DEFAULT if chosen is None else chosen
