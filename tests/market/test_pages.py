"""The calendar's own pages in the back office."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from market import calendar_file
from market.models import EconomicEvent
from tests.factories.accounts import UserFactory
from tests.factories.market import EconomicEventFactory

pytestmark = pytest.mark.django_db

CALENDAR = "admin:calendar"
IMPORT = "admin:calendar_import"
FILE = (
    "name,country,event_time,impact_level,external_event_id\n"
    "Payrolls,United States,2027-03-05T13:30:00Z,high,7\n"
    "Rates,Switzerland,soon,low,\n"
)
MONDAY = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    return user


def upload(client, text=FILE, encoding="utf-8"):
    file = SimpleUploadedFile("calendar.csv", text.encode(encoding), "text/csv")
    return client.post(reverse(IMPORT), {"file": file})


def confirm(client, text=FILE, **fields):
    shown = upload(client, text).context["form"].initial
    return client.post(reverse(IMPORT), shown | {"reason": "March"} | fields)


def taken(client, name):
    answer = client.get(reverse(name))
    return answer, b"".join(answer.streaming_content)


def test_week_has_its_days_with_their_events(client, boss):
    for hours in (-1, 0, 24 * 7 - 1, 24 * 7):
        EconomicEventFactory(name=f"H{hours}", event_time=MONDAY + timedelta(hours=hours))

    context = client.get(reverse(CALENDAR), {"week": "2027-W09"}).context

    found = {str(day.date): [event.name for event in day.events] for day in context["days"]}
    assert list(found) == [f"2027-03-0{number}" for number in range(1, 8)]
    assert {day: names for day, names in found.items() if names} == {
        "2027-03-01": ["H0"],
        "2027-03-07": ["H167"],
    }
    assert "week=2027-W08" in context["earlier"]
    assert "week=2027-W10" in context["later"]


def test_past_and_next_release_are_told(client, boss):
    now = timezone.now()
    EconomicEventFactory(name="Gone", event_time=now - timedelta(minutes=5))
    following = EconomicEventFactory(name="Following", event_time=now + timedelta(minutes=5))
    EconomicEventFactory(name="Later", event_time=now + timedelta(minutes=9))
    url = reverse(CALENDAR, query={"week": f"{following.event_time:%G-W%V}"})

    content = client.get(url).content.decode()

    assert client.get(url).context["next"] == following
    assert [word in content for word in ("no figure", "Next release:", "To come")] == [True] * 3


@pytest.mark.parametrize("view", ["days", "week"])
@pytest.mark.parametrize(
    ("impact", "names"), [("", ["a", "b", "c"]), ("medium", ["b", "c"]), ("high", ["c"])]
)
def test_impact_is_chosen(client, boss, impact, names, view):
    for name, level in zip("abc", ("low", "medium", "high"), strict=True):
        EconomicEventFactory(name=name, impact_level=level, event_time=MONDAY)

    asked = {"week": "2027-W09", "impact": impact, "view": view}
    days = client.get(reverse(CALENDAR), asked).context["days"]

    assert sorted(event.name for event in days[0].events) == names


@pytest.mark.parametrize("week", ["2027-W54", "0000-W01", "9999-W52", "x", "2027-W00"])
def test_nonsense_as_a_week_is_no_server_error(client, boss, week):
    answer = client.get(reverse(CALENDAR), {"week": week, "view": "x", "impact": "x"})

    assert (answer.status_code, len(answer.context["days"])) == (200, 7)


@pytest.mark.parametrize("rows", [1, 3])
def test_calendar_asks_as_much_for_any_number(client, boss, django_assert_num_queries, rows):
    EconomicEventFactory.create_batch(rows)

    # session, person, the week, the next release
    with django_assert_num_queries(4):
        client.get(reverse(CALENDAR))


def test_file_is_looked_at_before_it_is_entered(client, boss):
    context = upload(client).context

    assert [line.name for line in context["added"]] == ["Payrolls"]
    assert [(line.number, line.wrong) for line in context["refused"]] == [
        (3, ["event_time: write it as 2027-03-05T13:30:00Z."])
    ]
    assert not EconomicEvent.objects.exists()


def test_file_is_entered_with_a_reason(client, boss):
    answer = confirm(client)
    page = client.get(answer["Location"]).content.decode()

    assert EconomicEvent.objects.get().name == "Payrolls"
    assert "1 added, 0 changed, 0 as they were." in page
    assert "1 lines were left out." in page


def test_file_without_a_reason_is_shown_again(client, boss):
    answer = confirm(client, reason="")

    assert set(answer.context["form"].errors) == {"reason"}
    assert [line.name for line in answer.context["added"]] == ["Payrolls"]
    assert not EconomicEvent.objects.exists()


def test_what_has_changed_meanwhile_is_shown_anew_and_then_entered(client, boss):
    shown = upload(client).context["form"].initial
    EconomicEventFactory(external_event_id="7", data_source="external_api", name="Other")

    again = client.post(reverse(IMPORT), shown | {"reason": "March"})
    asked = {name: again.context["form"][name].value() for name in ("content", "plan", "reason")}
    done = client.post(reverse(IMPORT), asked)

    assert "The calendar has changed meanwhile" in again.content.decode()
    assert len(again.context["changed"]) == 1
    assert (done.status_code, EconomicEvent.objects.get().name) == (302, "Payrolls")


def test_same_file_again_has_nothing_to_enter(client, boss):
    confirm(client)

    answer = upload(client)

    assert answer.context["does_something"] is False
    assert "There is nothing to enter." in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("name\nKäse", "cp1252", "not in UTF-8"),
        ("", "utf-8", "The submitted file is empty."),
        ("x" * 1_000_001, "utf-8", "larger than 1,000 kB"),
    ],
)
def test_file_that_cannot_be_read_says_why_beside_its_field(client, boss, text, encoding, said):
    answer = upload(client, text, encoding)

    assert said in answer.context["form"].errors["file"][0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("%%%", "Choose the file again."),
        (base64.b64encode(b"name\n").decode(), "A column is missing"),
    ],
)
@pytest.mark.parametrize("reason", ["", "March"])
def test_content_that_nobody_has_seen_is_refused(client, boss, content, said, reason):
    answer = client.post(reverse(IMPORT), {"content": content, "plan": "x", "reason": reason})

    assert said in str(answer.context["form"].errors)
    assert not EconomicEvent.objects.exists()


def test_text_of_a_file_is_text_on_the_page(client, boss):
    row = "<script>alert(1)</script>,<img src=x>,2027-03-05T13:30:00Z,high,\n"
    content = upload(client, FILE + row + row).content.decode()

    assert ("<script>alert(1)" in content, "<img src=x>" in content) == (False, False)


def test_largest_file_can_be_confirmed(client, boss):
    filler = "x" * 200
    rows = "".join(f"{filler}{n},A,2027-03-05T13:30:00Z,low,\n" for n in range(4_100))
    text = FILE.split("\n", 1)[0] + "\n" + rows

    assert 950_000 < len(text) < calendar_file.BYTES_MAX
    assert confirm(client, text).status_code == 302
    assert EconomicEvent.objects.count() == 4_100


@pytest.mark.parametrize("name", [IMPORT, "admin:calendar_template", "admin:calendar_export"])
def test_moderator_looks_and_enters_nothing(client, name):
    client.force_login(UserFactory(moderator=True))

    answer = client.get(reverse(name))

    assert answer.status_code == (403 if name == IMPORT else 200)
    assert client.post(reverse(IMPORT), {}).status_code == 403
    assert reverse(IMPORT) not in client.get(reverse(CALENDAR)).content.decode()


def test_export_can_be_imported_again_and_has_no_formula(client, boss):
    EconomicEventFactory(
        name="=cmd()",
        description="@x",
        event_time=MONDAY,
        affected_symbols=["SPY", "QQQ"],
        forecast_value="-1.5000",
    )
    EconomicEventFactory(external_event_id="7", data_source="bls")

    answer, content = taken(client, "admin:calendar_export")
    plan = upload(client, content.decode()).context["plan"]

    assert (len(plan.added), len(plan.changed), plan.unchanged, plan.refused) == (0, 0, 2, [])
    assert b"\n=" not in content
    assert b"'=cmd()," in content
    assert answer["Content-Disposition"].endswith('.csv"')


def test_template_can_be_imported(client, boss):
    _, content = taken(client, "admin:calendar_template")

    assert [line.wrong for line in calendar_file.read(content)] == [[]]


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("admin:market_economicevent_to_calendar", CALENDAR),
        ("admin:market_economicevent_to_import", IMPORT),
    ],
)
def test_list_leads_there(client, boss, name, page):
    listed = client.get(reverse("admin:market_economicevent_changelist")).content.decode()

    assert reverse(name) in listed
    assert client.get(reverse(name))["Location"] == reverse(page)
