"""What staff keep: the economic calendar, the texts of e-mails and the configuration."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from accounts.models import User
from administration import configuration
from comms.services.templates import create_template
from dayrade.demo.chance import Chance
from dayrade.demo.prices import WEEKEND, weekdays
from market import services as market
from market.models import EconomicEvent, ImpactLevel

# Weekdays from now, hour (UTC), name, country, unit, impact, forecast, previous, surprise.
RELEASES = (
    (-6, "13:30", "Retail Sales", "United States", "%", "medium", "0.3", "0.1", "0.2"),
    (-5, "10:00", "ZEW Economic Sentiment", "Germany", "index", "medium", "12.5", "9.8", "-3.1"),
    (-4, "13:30", "Consumer Price Index", "United States", "%", "high", "2.6", "2.7", "-0.1"),
    (-3, "13:30", "Initial Jobless Claims", "United States", "K", "medium", "228", "231", "9"),
    (-2, "15:00", "Existing Home Sales", "United States", "M", "low", "4.05", "3.98", "0.06"),
    (-2, "09:00", "Consumer Confidence", "France", "index", "low", "92", "91", "-1"),
    (-1, "19:00", "Federal Funds Rate", "United States", "%", "high", "4.25", "4.25", "0"),
    (-1, "13:30", "Durable Goods Orders", "United States", "%", "medium", "0.8", "-0.4", "-0.5"),
    (1, "13:30", "Gross Domestic Product", "United States", "%", "high", "2.1", "1.9", None),
    (1, "15:00", "Consumer Confidence", "United States", "index", "medium", "104", "102.4", None),
    (2, "13:30", "Nonfarm Payrolls", "United States", "K", "high", "175", "162", None),
    (2, "13:30", "Unemployment Rate", "United States", "%", "high", "4.1", "4.1", None),
    (3, "12:15", "ECB Main Refinancing Rate", "Euro area", "%", "high", "3.15", "3.4", None),
    (4, "23:50", "Industrial Production", "Japan", "%", "low", "0.6", "-1.1", None),
    (6, "13:30", "Producer Price Index", "United States", "%", "medium", "0.2", "0.3", None),
)
SYMBOLS_BY_IMPACT = {
    "high": ["AAPL", "FB", "GOOG", "IBM", "MSFT"],
    "medium": ["AAPL", "IBM"],
    "low": [],
}
# Name, type, subject, content; every variable is declared by `VARIABLES`.
TEMPLATES = (
    (
        "welcome",
        "account",
        "Welcome to Dayrade, {{ username }}",
        (
            "Hello {{ username }},\n\nyour account is ready. Confirm your address to take a seat:"
            " {{ verify_url }}\n"
        ),
        ["username", "verify_url"],
    ),
    (
        "password-reset",
        "account",
        "Choose a new password",
        (
            "Hello {{ username }},\n\nchoose a new password within {{ minutes }} minutes:"
            " {{ reset_url }}\n\nIf you did not ask for it, ignore this.\n"
        ),
        ["username", "minutes", "reset_url"],
    ),
    (
        "kyc-decision",
        "account",
        "Your identity check",
        "Hello {{ username }},\n\nyour identity check is now: {{ status }}.\n{{ reason }}\n",
        ["username", "status", "reason"],
    ),
    (
        "tournament-started",
        "tournament",
        "{{ tournament }} has begun",
        (
            "Hello {{ username }},\n\n{{ tournament }} is open until {{ end_date }}. Your balance"
            " is {{ starting_balance }} {{ currency }}.\n"
        ),
        ["username", "tournament", "end_date", "starting_balance", "currency"],
    ),
    (
        "tournament-result",
        "tournament",
        "You finished {{ tournament }} on rank {{ final_rank }}",
        (
            "Hello {{ username }},\n\nyour final P&L in {{ tournament }} is {{ final_pnl }}"
            " {{ currency }}, rank {{ final_rank }} of {{ participants }}.\n"
        ),
        ["username", "tournament", "final_rank", "final_pnl", "currency", "participants"],
    ),
    (
        "tournament-cancelled",
        "tournament",
        "{{ tournament }} is cancelled",
        "Hello {{ username }},\n\n{{ tournament }} does not take place: {{ reason }}\n",
        ["username", "tournament", "reason"],
    ),
)
OVERRIDES = {
    "site.announcement": "This is a demo: every person and every trade is invented.",
    "leaderboard.page_size": 50,
}


def calendar(chance: Chance, at: datetime, admin: User) -> list[EconomicEvent]:
    """Enter the releases of the week behind and the week ahead, by time."""
    past = weekdays((at - timedelta(days=1)).date(), 6)
    coming = [at.date() + timedelta(days=day) for day in range(14)]
    coming = [day for day in coming if day.weekday() < WEEKEND]
    events = []
    for offset, hour, name, country, unit, impact, forecast, previous, surprise in RELEASES:
        day = past[offset] if offset < 0 else coming[offset]
        event_time = datetime.combine(day, time.fromisoformat(f"{hour}:00+00:00"))
        actual = None if surprise is None else Decimal(forecast) + Decimal(surprise)
        fields = {
            "id": chance.uuid(),
            "name": name,
            "description": f"{name} of {country}, in {unit}.",
            "country": country,
            "event_time": event_time,
            "timezone": "UTC",
            "impact_level": ImpactLevel(impact),
            "forecast_value": Decimal(forecast),
            "previous_value": Decimal(previous),
            "actual_value": actual,
            "unit": unit,
            "affected_symbols": SYMBOLS_BY_IMPACT[impact] or None,
            "data_source": "demo",
            "external_event_id": f"{name.lower().replace(' ', '-')}-{country[:2]}-{day}".lower(),
            "created_at": event_time - timedelta(days=14),
        }
        events.append(market.create_event(actor=admin, fields=fields))
    return sorted(events, key=lambda event: (event.event_time, event.pk))


def templates(chance: Chance, at: datetime, admin: User) -> None:
    """Enter the texts of e-mails."""
    for name, kind, subject, content, variables in TEMPLATES:
        create_template(
            actor=admin,
            fields={
                "id": chance.uuid(),
                "name": name,
                "template_type": kind,
                "subject": subject,
                "content": content,
                "variables": variables,
                "created_at": at - timedelta(days=90),
            },
        )


def overrides(admin: User) -> None:
    """Set a few values that differ from their default."""
    for name, value in OVERRIDES.items():
        configuration.set_value(actor=admin, key=configuration.REGISTRY[name], value=value)
