"""The page about a person and that of the sanctions in force: what they show, to whom, how fast."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.services import standing
from administration.models import AuditLog
from comms.models import Mute
from comms.services import moderation, mutes
from dayrade.people import parts, sanctions
from dayrade.privacy import erasure
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.comms import (
    ChatMessageFactory,
    ChatReportFactory,
    DeliveryFactory,
    MuteFactory,
)
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import TradeFactory
from tournaments.models import TournamentStatus
from tournaments.services import sanctions as seat_sanctions

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    return user


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True)
    client.force_login(user)
    return user


def address(person, name="person"):
    return reverse(f"admin:{name}", args=[person.pk])


def shown(client, person):
    return client.get(address(person)).context


def table(context, key):
    return next(each for each in context["tables"] if each.key == key)


def texts(context, key):
    return [[cell.text for cell in cells] for cells in table(context, key).rows]


def names(acts):
    return [act.name for act in acts]


def test_sanctions_stand_in_one_line_of_time(client, moderator):
    person = UserFactory()
    seat = ParticipantFactory(user=person, tournament=TournamentFactory(active=True, name="Cup"))
    message = ChatMessageFactory(user=person, message_text="Buy my course")
    ChatReportFactory(message=message)
    moderation.hide(actor=moderator, message=message, reason="Advertising")
    mute = mutes.mute(actor=moderator, user=person, minutes=5, reason="Again")
    mutes.lift(actor=moderator, mute=mute, reason="Sorry")
    seat_sanctions.disqualify(actor=moderator, seat=seat, reason="Two accounts")
    standing.suspend(actor=moderator, user=person, reason="Three accounts")
    ChatMessageFactory(user=person, hidden=True, moderated_by=person)
    MuteFactory()

    found = table(shown(client, person), "sanctions")

    kinds = {cells[1].text: [cell.text for cell in cells[3:]] for cells in found.rows}
    assert kinds == {
        "Suspended": ["Three accounts", str(moderator)],
        "Disqualified": ["Two accounts", str(moderator)],
        "Muted": ["Again", str(moderator)],
        "Hidden, 1 report upheld": ["Advertising", str(moderator)],
    }
    assert [cells[2].text for cells in found.rows if cells[1].text == "Disqualified"] == ["Cup"]
    lifted = [cells[2].text for cells in found.rows if cells[1].text == "Muted"]
    assert f"by {moderator}" in lifted[0]


def test_sanctions_begin_with_the_latest(client, moderator):
    person = UserFactory()
    now = timezone.now()
    for hours, reason in ((3, "first"), (1, "third"), (2, "second")):
        MuteFactory(user=person, reason=reason, muted_at=now - timedelta(hours=hours))

    assert [cells[3] for cells in texts(shown(client, person), "sanctions")] == [
        "third",
        "second",
        "first",
    ]


def test_what_is_open_has_its_button(client, moderator):
    person = UserFactory(in_review=True)
    report = ChatReportFactory(message=ChatMessageFactory(user=person))
    ChatReportFactory()
    mute = MuteFactory(user=person)
    MuteFactory(user=person, muted_at=timezone.now() - timedelta(days=1))

    found = [(each.act.name, each.act.url) for each in shown(client, person)["open"]]

    assert found == [
        ("review", reverse("admin:accounts_kycreview_review", args=[person.pk])),
        ("report", reverse("admin:comms_chatreport_change", args=[report.pk])),
        ("lift", reverse("admin:comms_mute_lift", args=[mute.pk])),
    ]


def test_person_of_whom_nothing_is_known_has_a_page(client, boss):
    person = UserFactory(username=None)

    response = client.get(address(person))

    assert response.status_code == 200
    assert {each.key: each.rows for each in response.context["tables"][:4]} == {
        "seats": [],
        "sanctions": [],
        "messages": [],
        "trades": [],
    }
    assert response.context["open"] == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, ["suspend", "mute", "edit", "export", "erase"]),
        ({"suspended": True}, ["lift_suspension", "mute", "edit", "export", "erase"]),
        ({"rejected": True}, ["reopen", "suspend", "mute", "edit", "export", "erase"]),
    ],
)
def test_admin_is_offered_what_can_be_done_now(client, boss, state, expected):
    assert names(shown(client, UserFactory(**state))["acts"]) == expected


def test_nobody_is_offered_to_decide_about_themselves(client, boss):
    assert names(shown(client, boss)["acts"]) == ["end_sessions", "edit", "export", "erase"]


def test_moderator_is_offered_nothing_about_staff(client, moderator):
    assert names(shown(client, UserFactory(moderator=True))["acts"]) == []


def test_erased_person_is_not_erased_again(client, boss):
    person = UserFactory()
    erasure.erase(actor=boss, person=person, reason="Letter")

    context = shown(client, person)

    assert "erase" not in names(context["acts"])
    assert [label.text for label in context["labels"]][2:] == ["Erased"]


def test_parts_are_cut_and_lead_on(client, boss):
    person = UserFactory()
    seat = ParticipantFactory(user=person)
    ChatMessageFactory.create_batch(12, user=person, tournament=seat.tournament)
    for number in range(12):
        TradeFactory(participant=seat, executed_at=timezone.now() - timedelta(minutes=number))
    UserSessionFactory.create_batch(12, user=person)
    DeliveryFactory.create_batch(12, user=person, status="dead")
    AuditLog.objects.bulk_create(
        [
            AuditLog(action="user.update", entity_type="users", entity_id=person.pk)
            for _ in range(25)
        ]
    )

    context = shown(client, person)

    assert {each.key: len(each.rows) for each in context["tables"]} == {
        "seats": 1,
        "sanctions": 0,
        "messages": parts.SHOWN,
        "trades": parts.SHOWN,
        "sessions": parts.SHOWN,
        "deliveries": parts.SHOWN,
        "audit": parts.AUDITED,
    }
    answers = [client.get(url) for each in context["tables"] for _, url in each.more]
    assert {answer.status_code for answer in answers} == {200}
    found = [len(answer.context["cl"].result_list) for answer in answers]
    assert found == [1, 0, 0, 12, 12, 12, 12, 26, 0]


def test_last_trades_are_those_of_all_seats(client, moderator):
    person = UserFactory()
    now = timezone.now()
    for hours in (3, 1, 2):
        TradeFactory(
            participant=ParticipantFactory(user=person),
            executed_at=now - timedelta(hours=hours),
            quantity=hours,
        )
    TradeFactory()

    assert [cells[2] for cells in texts(shown(client, person), "trades")] == ["1", "2", "3"]


def test_admin_ends_a_session_from_the_page(client, boss):
    session = UserSessionFactory(device_info={"browser": "Firefox", "system": "Linux"})
    UserSessionFactory(user=session.user, is_active=False)
    found = table(shown(client, session.user), "sessions")
    states = [cells[-1] for cells in found.rows]

    answer = client.post(states[0].url or states[1].url, {"reason": "Lost laptop"})

    session.refresh_from_db()
    assert sorted(state.text for state in states) == ["End", "Ended"]
    assert ["Firefox on Linux" in [cell.text for cell in cells] for cells in found.rows].count(True)
    assert (session.is_active, answer.url) == (False, f"{address(session.user)}#sessions")


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("role", "number"), [("admin", 16), ("moderator", 12)])
def test_page_asks_a_fixed_number_of_questions(
    client, django_assert_num_queries, role, number, rows
):
    client.force_login(UserFactory(role=role))
    person = UserFactory(in_review=True)
    for _ in range(rows):
        seat = ParticipantFactory(user=person)
        TradeFactory(participant=seat)
        ChatMessageFactory(user=person, tournament=seat.tournament, hidden=True)
        ChatReportFactory(message=ChatMessageFactory(user=person, tournament=seat.tournament))
        MuteFactory(user=person, tournament=seat.tournament)
        UserSessionFactory(user=person)
        DeliveryFactory(user=person, status="dead")

    with django_assert_num_queries(number):
        client.get(address(person))


@pytest.mark.parametrize("name", ["person", "person_mute"])
def test_page_of_nobody_is_not_found(client, moderator, name):
    assert client.get(address(AuditLog(), name)).status_code == 404


@pytest.mark.parametrize("name", ["person", "person_mute", "in_force"])
def test_others_are_sent_to_the_door(client, name):
    person = UserFactory()
    client.force_login(person)
    page = reverse("admin:in_force") if name == "in_force" else address(person, name)

    answer = client.get(page)

    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/admin/login/")


def test_moderator_mutes_somebody_in_one_chat(client, moderator):
    seat = ParticipantFactory()
    asked = client.get(address(seat.user, "person_mute"))

    answer = client.post(
        address(seat.user, "person_mute"),
        {"minutes": 10, "where": str(seat.tournament_id), "reason": "Spam"},
    )

    mute = Mute.objects.get()
    assert f"Only {seat.tournament}" in asked.text
    assert answer.url == address(seat.user)
    assert (mute.user, mute.tournament, mute.reason, mute.muted_by) == (
        seat.user,
        seat.tournament,
        "Spam",
        moderator,
    )
    assert mute.ends_at - mute.muted_at == timedelta(minutes=10)


def test_mute_is_in_all_chats_unless_one_is_chosen(client, moderator):
    person = UserFactory()

    client.post(address(person, "person_mute"), {"minutes": 10, "reason": "Spam"})

    assert Mute.objects.get().tournament is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"minutes": 0, "reason": "Spam"}, "minutes"),
        ({"minutes": 10, "reason": " "}, "reason"),
        ({"minutes": 10, "reason": "Spam", "where": "elsewhere"}, "where"),
    ],
)
def test_mute_that_cannot_be_is_refused_on_the_form(client, moderator, fields, field):
    answer = client.post(address(UserFactory(), "person_mute"), fields)

    assert list(answer.context["form"].errors) == [field]
    assert not Mute.objects.exists()


def test_second_mute_is_told_of_the_first(client, moderator):
    mute = MuteFactory()

    answer = client.post(address(mute.user, "person_mute"), {"minutes": 10, "reason": "Spam"})

    assert f"Muted by {mute.muted_by}" in answer.text
    assert Mute.objects.get() == mute


def test_moderator_cannot_mute_staff(client, moderator):
    person = UserFactory(admin=True)

    asked = client.get(address(person, "person_mute"))
    answer = client.post(address(person, "person_mute"), {"minutes": 10, "reason": "Spam"})

    assert "Only an admin mutes staff" in asked.text
    assert answer.status_code == 403
    assert not Mute.objects.exists()


def test_page_of_sanctions_shows_what_is_in_force(client, moderator):
    person, competitor = UserFactory(), ParticipantFactory()
    standing.suspend(actor=moderator, user=person, reason="Two accounts")
    seat_sanctions.disqualify(actor=moderator, seat=competitor, reason="Copied orders")
    mute = MuteFactory(reason="Insults")
    MuteFactory(muted_at=timezone.now() - timedelta(days=1))
    MuteFactory(lifted_at=timezone.now(), lifted_by=moderator)
    over = TournamentFactory(status=TournamentStatus.COMPLETED)
    ParticipantFactory(tournament=over, disqualified=True, disqualification_reason="Late")

    context = client.get(reverse("admin:in_force")).context

    rows = {each.key: each.rows for each in context["tables"]}
    assert {key: [cells[0].text for cells in found] for key, found in rows.items()} == {
        "suspended": [str(person)],
        "mutes": [str(mute.user)],
        "disqualified": [str(competitor.user)],
    }
    said = [cell.text for found in rows.values() for cell in found[0]]
    wanted = {"Two accounts", "Insults", "Copied orders", str(moderator), str(mute.muted_by)}
    assert wanted <= set(said)


def test_sanction_is_lifted_from_where_it_is_listed(client, moderator):
    person, seat, mute = UserFactory(), ParticipantFactory(), MuteFactory()
    standing.suspend(actor=moderator, user=person, reason="Two accounts")
    seat_sanctions.disqualify(actor=moderator, seat=seat, reason="Copied orders")
    rows = [each.rows[0] for each in client.get(reverse("admin:in_force")).context["tables"]]

    for cells in rows:
        client.post(cells[-1].url, {"reason": "A mistake"})

    for row in (person, seat, mute):
        row.refresh_from_db()
    assert (person.is_suspended, seat.disqualified, mute.lifted_by) == (False, False, moderator)


def test_page_of_sanctions_asks_a_fixed_number_of_questions(
    client, moderator, django_assert_num_queries
):
    for _ in range(3):
        standing.suspend(actor=moderator, user=UserFactory(), reason="Two accounts")
        MuteFactory()
        ParticipantFactory(disqualified=True, disqualification_reason="Late")

    # session, person, and a table each
    with django_assert_num_queries(5):
        client.get(reverse("admin:in_force"))


def test_list_of_mutes_holds_those_in_force(client, moderator):
    mute = MuteFactory()
    MuteFactory(muted_at=timezone.now() - timedelta(days=1))
    (found,) = [each for each in [sanctions.mutes()] if each.rows]

    rows = client.get(found.more[0][1]).context["cl"].result_list

    assert list(rows) == [mute]


def test_links_of_lists_lead_to_the_person(client, moderator):
    mute = MuteFactory()

    listed = client.get(reverse("admin:comms_mute_changelist"))

    assert f'href="{address(mute.user)}"' in listed.text
