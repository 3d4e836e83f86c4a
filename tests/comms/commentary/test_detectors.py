"""What is worth a line, and what is not."""

from datetime import timedelta
from decimal import Decimal

import pytest

from comms.commentary import detectors, speech
from comms.commentary.facts import Event, Topic
from tests.comms.commentary.facts import AT, LIMITS, closed, release, run, standing, uid

LATER = AT + timedelta(minutes=1)


def lead(before, after):
    return detectors.lead_change(before, after, at=AT, currency="USD")


def test_lead_that_changes_hands_is_told_with_what_it_rests_on():
    fact = lead(standing(1, "500.00"), standing(2, "1250.37", username="trader_42"))

    assert (fact.event, fact.priority, fact.user_id) == (Event.LEAD_CHANGE, "urgent", uid(102))
    assert fact.trigger_data == {
        "username": "trader_42",
        "total_pnl": "1250.37",
        "total_trades": "3",
        "currency": "USD",
        "spoken": {"name": "trader 42", "standing": "a profit of more than 1,250 dollars"},
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, standing(2, "1.00")),
        (standing(1, "1.00"), None),
        (standing(1, "1.00"), standing(1, "2.00")),
        (standing(1, "1.00"), standing(2, "1.00")),
        (standing(1, "1.00", competes=False), standing(2, "2.00")),
        (standing(1, "-1.00"), standing(2, "0.00", trades=0)),
    ],
    ids=["first", "nobody", "same", "shared", "left", "untraded"],
)
def test_lead_that_was_not_taken_is_not_told(before, after):
    assert lead(before, after) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (standing(1, "1.00", realized="0.00"), standing(2, "1.00", realized="0.50")),
        (standing(1, "1.00", trades=4), standing(2, "1.00", trades=3)),
    ],
)
def test_tie_break_makes_a_leader(before, after):
    assert lead(before, after).participant_id == uid(2)


@pytest.mark.parametrize(
    ("pnl", "event", "topic", "priority"),
    [
        ("999.99", None, None, None),
        ("1000.00", Event.BIG_WIN, Topic.BIG_WIN, "medium"),
        ("4999.99", Event.BIG_WIN, Topic.BIG_WIN, "medium"),
        ("5000.00", Event.BIG_WIN, Topic.EXTREME_WIN, "high"),
        ("-999.99", None, None, None),
        ("-1000.00", Event.BIG_LOSS, Topic.BIG_LOSS, "medium"),
        ("-5000.00", Event.BIG_LOSS, Topic.BIG_LOSS, "high"),
        ("0.00", None, None, None),
    ],
)
def test_result_is_big_for_what_its_owner_started_with(pnl, event, topic, priority):
    found = detectors.results([closed(pnl)], LIMITS, currency="USD")

    expected = [(event, topic, priority)] if event else []
    assert [(fact.event, fact.topic, fact.priority) for fact in found] == expected


def test_result_keeps_its_exact_figures():
    (fact,) = detectors.results([closed("-1250.37")], LIMITS, currency="USD")

    assert fact.data["pnl"] == "-1250.37"
    assert fact.spoken["pnl"] == "more than 1,250 dollars"
    assert (fact.key, fact.trades, fact.figures) == (
        f"result:{uid(1)}",
        (uid(1),),
        (Decimal("-1250.37"),),
    )


@pytest.mark.parametrize(
    ("length", "level"), [(4, None), (5, 5), (7, 5), (9, 5), (10, 10), (23, 20)]
)
def test_streak_is_told_at_each_multiple(length, level):
    found = detectors.streaks([run(length)], LIMITS)

    assert [fact.key for fact in found] == ([f"streak:{uid(1)}:{level}"] if level else [])
    assert [fact.data["trades"] for fact in found] == ([str(length)] if level else [])


@pytest.mark.parametrize(
    ("pnl", "event"), [("1.00", Event.WIN_STREAK), ("-1.00", Event.LOSS_STREAK)]
)
def test_streak_is_of_wins_or_of_losses(pnl, event):
    (fact,) = detectors.streaks([run(5, pnl)], LIMITS)

    assert fact.event == event


@pytest.mark.parametrize(
    ("actual", "forecast", "topic"),
    [
        ("0.3", "0.2", Topic.RELEASE_ABOVE),
        ("0.1", "0.2", Topic.RELEASE_BELOW),
        ("0.20", "0.2000", Topic.RELEASE_AS_EXPECTED),
        ("0.2", None, Topic.RELEASE_ALONE),
    ],
)
def test_release_is_told_against_its_forecast(actual, forecast, topic):
    (fact,) = detectors.releases([release(actual, forecast)], at=AT)

    assert (fact.topic, fact.source) == (topic, "economic")


@pytest.mark.parametrize(
    ("messages", "last_at", "told"),
    [
        (59, None, False),
        (60, None, True),
        (60, AT - LIMITS.burst_pause, True),
        (60, AT - LIMITS.burst_pause + timedelta(seconds=1), False),
    ],
)
def test_burst_is_told_from_a_number_on_and_not_again_soon(messages, last_at, told):
    assert (detectors.burst(messages, last_at, LIMITS, at=AT) is not None) == told


def test_correction_names_whom_the_line_was_about():
    (win,) = detectors.results([closed("1250.37", username="trader_42")], LIMITS, currency="USD")

    fact = detectors.correction(
        event=win.event, data=win.trigger_data, of=uid(7), user_id=win.user_id, at=LATER
    )

    assert fact.trigger_data == {
        "event": "big_win",
        "commentary_id": str(uid(7)),
        "username": "trader_42",
        "spoken": {"subject": "trader 42"},
    }
    assert (fact.key, fact.user_id) == (f"correction:{uid(7)}", uid(20))


def test_nothing_is_corrected_about_a_crowd():
    fact = detectors.burst(60, None, LIMITS, at=AT)

    assert (
        detectors.correction(
            event=fact.event, data=fact.trigger_data, of=uid(7), user_id=None, at=LATER
        )
        is None
    )


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1250.00", "USD", "1,250 dollars"),
        ("-1250.37", "USD", "more than 1,250 dollars"),
        ("1.00", "USD", "1 dollar"),
        ("1.01", "USD", "1 dollar and 1 cent"),
        ("0.50", "USD", "50 cents"),
        ("0.00", "USD", "0 dollars"),
        ("99.02", "GBP", "99 pounds and 2 pence"),
        ("1234567.89", "EUR", "more than 1,234,567 euros"),
        ("12.50", "CHF", "more than 12 CHF"),
    ],
)
def test_money_is_read_aloud(amount, currency, said):
    assert speech.money(Decimal(amount), currency) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("0.3000", "%", "0.3 percent"),
        ("-0.1000", "%", "minus 0.1 percent"),
        ("250.0000", "K", "250 thousand"),
        ("1200000.0000", None, "1,200,000"),
        ("52.5000", "index points", "52.5 index points"),
        ("0.0000", "%", "0 percent"),
    ],
)
def test_figure_of_the_calendar_is_read_aloud(value, unit, said):
    assert speech.number(Decimal(value), unit) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CPI m/m", "CPI month on month"),
        ("Crude Oil <Inventories>", "Crude Oil Inventories"),
        ("S&P Global_PMI*", "S and P Global PMI"),
    ],
)
def test_title_is_read_aloud(text, said):
    assert speech.words(text) == said
