"""Facts of every topic, with figures of every size."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from comms.commentary import detectors
from comms.commentary.detectors import Closed, Limits, Release, Run, Standing

AT = datetime(2027, 3, 12, 15, 30, tzinfo=UTC)
D = Decimal
LIMITS = Limits(
    big_percent=1,
    extreme_percent=5,
    streak=5,
    burst_messages=60,
    burst_seconds=60,
    burst_pause=timedelta(minutes=10),
    lead_pause=timedelta(seconds=20),
)
USERNAMES = ("ada", "trader_42", "Big-Bull-2027", "X-AE-12")


def uid(number):
    return UUID(int=number)


def standing(number, total, *, realized=None, trades=3, competes=True, username="ada"):
    realized = total if realized is None else realized
    return Standing(
        uid(number), uid(100 + number), username, D(total), D(realized), trades, competes
    )


def closed(pnl, *, number=1, username="ada", symbol="AAPL", balance="100000.00"):
    return Closed(
        id=uid(number),
        participant_id=uid(10),
        user_id=uid(20),
        username=username,
        symbol=symbol,
        pnl=D(pnl),
        percentage=D("1.4686"),
        booked_at=AT,
        starting_balance=D(balance),
    )


def run(length, pnl="10.00", *, username="ada", first=1):
    trades = [uid(first + number) for number in reversed(range(length))]
    return Run(uid(10), uid(20), username, trades, [D(pnl)] * length, AT)


def release(actual, forecast, *, name="Non-Farm Payrolls", unit="K", number=1):
    forecast = None if forecast is None else D(forecast)
    return Release(uid(number), name, "United States", D(actual), forecast, unit)


def leads():
    for username in USERNAMES:
        for total in ("0.50", "-300.00", "0.00", "99.99", "1250.00", "1250.37", "1234567.89"):
            after = standing(2, total, username=username)
            yield detectors.lead_change(standing(1, "-9999999.00"), after, at=AT, currency="USD")


def results():
    for username in USERNAMES:
        for number, (pnl, currency) in enumerate(
            [
                ("1000.00", "USD"),
                ("1000.01", "GBP"),
                ("25000.50", "EUR"),
                ("-1500.25", "CHF"),
                ("-40000.00", "USD"),
            ]
        ):
            trade = closed(pnl, number=number, username=username, symbol="BRK.B")
            yield from detectors.results([trade], LIMITS, currency=currency)


def streaks():
    for username in USERNAMES:
        for length, pnl in ((5, "10.00"), (7, "-0.01"), (15, "3.00"), (1005, "-1.00")):
            yield from detectors.streaks([run(length, pnl, username=username)], LIMITS)


def releases():
    for number, given in enumerate(
        [
            ("0.3000", "0.2000", "CPI m/m", "%"),
            ("-0.1000", "0.2000", "Retail Sales m/m & Autos", "%"),
            ("250.0000", "250.0000", "Non-Farm Payrolls", "K"),
            ("1200000.0000", None, "Building Permits", None),
            ("52.5000", "50.0000", "PMI", "index"),
        ]
    ):
        actual, forecast, name, unit = given
        found = release(actual, forecast, name=name, unit=unit, number=number)
        yield from detectors.releases([found], at=AT)


def bursts():
    for messages in (60, 1234):
        yield detectors.burst(messages, None, LIMITS, at=AT)


def corrections(others):
    for number, fact in enumerate(others):
        found = detectors.correction(
            event=fact.event,
            data=fact.trigger_data,
            of=uid(number),
            user_id=fact.user_id,
            at=AT,
        )
        if found:
            yield found


def every():
    """Return facts of every topic."""
    found = [*leads(), *results(), *streaks(), *releases(), *bursts()]
    return [*found, *corrections(found)]
