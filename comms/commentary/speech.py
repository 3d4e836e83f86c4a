"""Figures and names as they are read aloud: no signs that a voice stumbles over."""

import re
from decimal import Decimal

#: Beyond so much, what is after the point is not worth anybody's breath.
WHOLE_FROM = 100
#: One and many of a currency, and of its hundredth.
CURRENCIES = {
    "USD": (("dollar", "dollars"), ("cent", "cents")),
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "GBP": (("pound", "pounds"), ("penny", "pence")),
}
UNITS = {
    "%": "percent",
    "pct": "percent",
    "k": "thousand",
    "m": "million",
    "b": "billion",
    "bn": "billion",
    "t": "trillion",
}
SHORT_FORMS = {
    r"\bm/m\b": "month on month",
    r"\bq/q\b": "quarter on quarter",
    r"\by/y\b": "year on year",
    r"\bw/w\b": "week on week",
    r"&": " and ",
    r"%": " percent ",
}
UNSPEAKABLE = re.compile(r"[^\w\s.,'()-]|_")
AROUND_HYPHENS = re.compile(r"[_-]+")


def money(amount: Decimal, currency: str = "USD") -> str:
    """Say an amount without its sign: exactly where it is small or round, else what it exceeds."""
    total = abs(amount)
    whole = int(total)
    hundredths = int((total - whole) * 100)
    names = CURRENCIES.get(currency)
    large = _counted(whole, names[0] if names else (currency, currency))
    if not hundredths:
        return large
    if names is None or whole >= WHOLE_FROM:
        return f"more than {large}"
    small = _counted(hundredths, names[1])
    return f"{large} and {small}" if whole else small


def _counted(number: int, names: tuple[str, str]) -> str:
    return f"{number:,} {names[number != 1]}"


def standing(total: Decimal, currency: str = "USD") -> str:
    """Say where somebody stands."""
    if not total:
        return "an even balance"
    return f"a {'profit' if total > 0 else 'loss'} of {money(total, currency)}"


def number(value: Decimal, unit: str | None = None) -> str:
    """Say a figure of the calendar; one below 0 is minus something."""
    plain = f"{abs(value).normalize():,f}"
    said = f"minus {plain}" if value < 0 else plain
    name = UNITS.get((unit or "").strip().lower(), (unit or "").strip())
    return f"{said} {words(name)}".strip()


def person(username: str) -> str:
    """Say a public name."""
    return AROUND_HYPHENS.sub(" ", username).strip()


def words(text: str) -> str:
    """Write a title from elsewhere so that it can be read aloud."""
    for pattern, said in SHORT_FORMS.items():
        text = re.sub(pattern, said, text, flags=re.IGNORECASE)
    return " ".join(UNSPEAKABLE.sub(" ", text).split())
