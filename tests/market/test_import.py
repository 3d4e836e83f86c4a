"""A calendar's file enters and changes events, once, and only what was looked at."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from administration.models import AuditLog
from market import calendar_file, services
from market.models import EconomicEvent
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.market import EconomicEventFactory
from tests.threads import closing

pytestmark = pytest.mark.django_db

HEADING = "name,country,event_time,impact_level,actual_value,data_source,external_event_id"
FIRST = "Payrolls,United States,2027-03-05T13:30:00Z,high,,bls,7"
SECOND = "Rates,Switzerland,2027-03-06T08:30:00Z,low,,snb,"
TIME = "2027-03-05T13:30:00Z"


def lines(*rows):
    return calendar_file.read("\n".join([HEADING, *rows]).encode())


def plan(*rows):
    return services.plan_import(lines=lines(*rows))


def enter(*rows, actor=None):
    return services.import_events(
        actor=actor or UserFactory(admin=True),
        lines=lines(*rows),
        seen=plan(*rows).digest,
        reason="March",
    )


def counts(made):
    return len(made.added), len(made.changed), made.unchanged, len(made.refused)


def test_file_enters_what_is_sound():
    admin = UserFactory(admin=True)
    forget_audit()

    made = enter(FIRST, SECOND, "Nothing,,,,,,", actor=admin)

    assert counts(made) == (2, 0, 0, 1)
    event = EconomicEvent.objects.get(name="Payrolls")
    assert (event.data_source, event.timezone, event.actual_value) == ("bls", "UTC", None)
    audited = AuditLog.objects.filter(entity_type="economic_events")
    assert {(row.user, row.action, row.changes["reason"]) for row in audited} == {
        (admin, "economic_event.import", "March")
    }
    assert audited.count() == 2


def test_same_file_again_changes_nothing():
    enter(FIRST, SECOND)
    stored = list(EconomicEvent.objects.order_by("pk").values())
    forget_audit()

    again = enter(FIRST, SECOND, actor=UserFactory(admin=True))

    assert counts(again) == (0, 0, 2, 0)
    assert list(EconomicEvent.objects.order_by("pk").values()) == stored
    assert not AuditLog.objects.filter(entity_type="economic_events").exists()


def test_file_changes_what_differs_and_leaves_what_it_does_not_say():
    enter(FIRST, SECOND)
    EconomicEvent.objects.filter(name="Rates").update(actual_value="1.5", unit="%")
    moved = FIRST.replace("13:30", "14:30").replace("high,", "medium,142")

    made = enter(moved, SECOND)

    first, second = (EconomicEvent.objects.get(name=name) for name in ("Payrolls", "Rates"))
    assert counts(made) == (0, 1, 1, 0)
    assert (first.event_time.hour, first.impact_level, first.actual_value) == (14, "medium", 142)
    assert (second.actual_value, second.unit) == (Decimal("1.5"), "%")


def test_several_changes_are_each_their_own():
    enter(FIRST, SECOND)

    enter(FIRST.replace("high,", "high,1"), SECOND.replace("low", "high"))

    assert sorted(EconomicEvent.objects.values_list("name", "impact_level", "actual_value")) == [
        ("Payrolls", "high", 1),
        ("Rates", "high", None),
    ]


def test_plan_says_what_was_and_would_be():
    event = EconomicEventFactory(
        name="Payrolls", external_event_id="7", data_source="bls", event_time=TIME
    )

    ((_, found, differing),) = plan(FIRST.replace("high,", "low,142")).changed

    assert found == event
    assert differing == {
        "impact_level": ("high", "low"),
        "actual_value": (None, Decimal(142)),
    }


def test_id_of_another_source_is_another_event():
    EconomicEventFactory(external_event_id="7", data_source="ecb")

    assert counts(plan(FIRST)) == (1, 0, 0, 0)


def test_event_without_an_id_is_known_by_name_country_and_time():
    EconomicEventFactory(
        name="Rates",
        country="Switzerland",
        data_source="snb",
        event_time="2027-03-06T08:30:00Z",
        impact_level="low",
    )

    same, other = counts(plan(SECOND)), counts(plan(SECOND.replace("08:30", "09:30")))

    assert (same, other) == ((0, 0, 1, 0), (1, 0, 0, 0))


def test_plan_that_was_not_seen_is_not_done():
    with pytest.raises(services.CalendarChangedError):
        services.import_events(
            actor=UserFactory(admin=True), lines=lines(FIRST), seen="x", reason="March"
        )

    assert not EconomicEvent.objects.exists()


@pytest.mark.parametrize("number", [1, 40])
def test_any_number_is_compared_by_two_questions(django_assert_num_queries, number):
    rows = [FIRST.replace(",7", f",{n}") for n in range(number)]
    rows += [SECOND.replace("Rates", f"Rates {n}") for n in range(number)]
    read = lines(*rows)

    with django_assert_num_queries(2):
        assert len(services.plan_import.__wrapped__(lines=read).added) == 2 * number


def test_nothing_is_entered_where_the_end_fails(monkeypatch):
    enter(FIRST)
    monkeypatch.setattr(EconomicEvent.objects.__class__, "bulk_update", None)

    with pytest.raises(TypeError):
        enter(FIRST.replace("high", "low"), SECOND)

    assert EconomicEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_enter_it_once():
    admin = UserFactory(admin=True)
    seen = plan(SECOND).digest

    def run():
        try:
            services.import_events(actor=admin, lines=lines(SECOND), seen=seen, reason="March")
        except services.CalendarChangedError:
            return "changed"
        return "entered"

    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = [pool.submit(closing(run)) for _ in range(2)]
        outcomes = sorted(future.result(30) for future in futures)

    assert outcomes == ["changed", "entered"]
    assert EconomicEvent.objects.count() == 1
