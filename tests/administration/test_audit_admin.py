"""The audit log in the back office."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import get_resolver, reverse
from django.utils import timezone

from administration import chain, differences, exports
from administration.models import AuditLog
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.administration import AuditLogFactory
from tests.factories.tournaments import TournamentFactory

pytestmark = pytest.mark.django_db

LOG = "admin:administration_auditlog_changelist"
ROW = "admin:administration_auditlog_change"
AT = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    forget_audit()
    return user


def found(client, **asked):
    return list(client.get(reverse(LOG), asked).context["cl"].result_list)


def line_of(old, new):
    (line,) = differences.lines(AuditLog(old_values={"a_b": old}, new_values={"a_b": new}))
    return line


def test_row_shows_before_and_after_and_leads_to_the_thing_and_the_person(client, boss):
    tournament = TournamentFactory()
    row = AuditLogFactory(
        user=boss,
        action="tournament.update",
        entity_id=tournament.pk,
        old_values={"prize_pool": "5.00"},
        new_values={"prize_pool": "6.00"},
        changes={"operation": "update", "fields": ["prize_pool"], "reason": "Sponsor"},
        request_id="request-1",
    )

    listed = client.get(reverse(LOG)).content.decode()
    shown = client.get(reverse(ROW, args=[row.pk])).content.decode()

    thing = reverse("admin:tournaments_tournament_change", args=[tournament.pk])
    person = reverse("admin:person", args=[boss.pk])
    for page in (listed, shown):
        assert [f'href="{url}"' in page for url in (thing, person)] == [True, True]
    words = ["Prize pool", ">5.00</del>", ">6.00</ins>", "Sponsor", f"{reverse(LOG)}?request_id="]
    assert [word for word in words if word in shown] == words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "-"),
        ("", "-"),
        (True, "Yes"),
        (False, "No"),
        (Decimal("1234.50"), "1,234.50"),
        ("2026-03-09T14:30:00.5+02:00", "9 Mar 2026 12:30:00 UTC"),
        ({"a": [1]}, '{\n  "a": [\n    1\n  ]\n}'),
        ("<b>", "<b>"),
    ],
)
def test_value_is_written_for_a_person(value, said):
    assert differences.said(value) == said


def test_difference_marks_the_words_that_differ():
    line = line_of("The fee is 5 dollars", "The fee is 6 dollars")

    assert line.name == "A b"
    assert line.before.pieces == (("The fee is ", False), ("5", True), (" dollars", False))
    assert line.after.pieces == (("The fee is ", False), ("6", True), (" dollars", False))


def test_long_texts_are_not_compared_word_by_word():
    line = line_of("a " * 300, "b " * 300)

    assert (line.before.pieces, line.after.pieces) == (
        (("a " * 300, False),),
        (("b " * 300, False),),
    )


def test_what_is_hidden_is_no_text():
    line = line_of("[redacted]", "[redacted]")

    assert (line.before, line.after) == (differences.Side(is_hidden=True),) * 2


def test_what_came_and_what_went_are_marked_by_nothing():
    assert line_of(None, "x").before.pieces == (("-", False),)
    assert line_of("x", None).before.pieces == (("x", False),)


def test_text_of_a_row_is_text_on_the_page(client, boss):
    row = AuditLogFactory(old_values={"name": "<script>a"}, new_values={"name": "<img src=x>"})

    content = client.get(reverse(ROW, args=[row.pk])).content.decode()

    assert ("<script>a" in content, "<img src=x>" in content) == (False, False)
    assert "&lt;script&gt;a" in content


def test_row_without_a_change_shows_its_details(client, boss):
    row = AuditLogFactory(
        action="session.denied",
        entity_type="elsewhere",
        changes={"reason": "Wrong password", "at_page": "/admin/"},
    )

    content = client.get(reverse(ROW, args=[row.pk])).content.decode()

    assert ("Wrong password" in content, "At page" in content) == (True, True)


@pytest.mark.parametrize(
    "asked",
    [
        {"who": "ada"},
        {"who": "ada@example.com"},
        {"action": "thing.done"},
        {"entity_type": "tournaments"},
        {"entity_id": "00000000-0000-0000-0000-000000000001"},
        {"since": "2026-03-09T11:59"},
        {"request_id": "request-1"},
        {"who": "ada", "action": "thing.done", "since": "2026-03-09T11:59"},
    ],
    ids="+".join,
)
def test_log_is_asked(client, boss, asked):
    ada = UserFactory(username="ada", email="ada@example.com")
    forget_audit()
    row = AuditLogFactory(
        user=ada,
        action="thing.done",
        entity_id="00000000-0000-0000-0000-000000000001",
        request_id="request-1",
        created_at=AT,
    )
    AuditLogFactory(
        action="thing.undone", entity_type="users", created_at=AT - timedelta(minutes=5)
    )

    assert found(client, **asked) == [row]


def test_log_is_asked_for_the_platform_an_id_and_the_time_before(client, boss):
    mine = AuditLogFactory(user=boss, created_at=AT)
    its = AuditLogFactory(created_at=AT + timedelta(minutes=1))

    assert found(client, who="Dayrade") == [its]
    assert found(client, who=str(boss.pk)) == [mine]
    assert found(client, until="2026-03-09T12:01") == [mine]
    assert found(client, who="nobody") == []


@pytest.mark.parametrize(
    "asked", [{"entity_id": "x"}, {"since": "x"}, {"entity_type": "x"}, {"action": "x" * 101}]
)
def test_nonsense_finds_nothing_and_says_why(client, boss, asked):
    AuditLogFactory()

    context = client.get(reverse(LOG), asked).context

    assert list(context["cl"].result_list) == []
    assert set(context["cl"].form.errors) == set(asked)


def test_form_offers_the_actions_that_there_are(client, boss):
    for action in ("b.b", "a.a", "b.b"):
        AuditLogFactory(action=action)

    assert exports.actions() == ["a.a", "b.b"]
    assert '<option value="b.b">' in client.get(reverse(LOG)).content.decode()


def test_state_of_the_chain_is_shown(client, boss):
    AuditLogFactory()

    empty = client.get(reverse(LOG)).content.decode()
    chain.seal()
    call_command("verify_audit", stdout=StringIO())
    proved = client.get(reverse(LOG)).content.decode()

    assert ("Nothing is sealed yet" in empty, "Never proved" in empty) == (True, True)
    assert ("Sealed to place 1 " in proved, "Proved to place 1," in proved) == (True, True)
    row = AuditLog.objects.get(action="audit.verify")
    assert row.changes == {"position": 1, "findings": 0, "heads": False}


def test_what_proving_found_is_shown(client, boss):
    AuditLogFactory(action="audit.verify", changes={"position": 7, "findings": 2})

    assert "Proving found 2 things wrong" in client.get(reverse(LOG)).content.decode()


def test_place_of_a_row_in_the_chain_is_shown(client, boss):
    row = AuditLogFactory()
    before = client.get(reverse(ROW, args=[row.pk])).content.decode()
    chain.seal()
    after = client.get(reverse(ROW, args=[row.pk])).content.decode()

    assert ("Not yet" in before, "Place 1, " in after) == (True, True)


def test_nothing_edits_the_log(client, boss):
    row = AuditLogFactory(created_at=timezone.now() - timedelta(days=1))
    args = {"object_id": row.pk}
    named = {
        name
        for name in get_resolver("dayrade.urls").namespace_dict["admin"][1].reverse_dict
        if isinstance(name, str) and name.startswith("administration_auditlog_")
    }
    answers = {}
    for name in named:
        url = reverse(
            f"admin:{name}", kwargs=args if name.endswith(("change", "delete", "history")) else None
        )
        answers[name] = client.post(url, {"post": "yes", "action": "delete_selected"}).status_code
    page = client.get(reverse(ROW, args=[row.pk])).content.decode()

    assert answers == {
        "administration_auditlog_add": 403,
        "administration_auditlog_change": 403,
        "administration_auditlog_changelist": 200,
        "administration_auditlog_delete": 403,
        "administration_auditlog_history": 403,
    }
    assert AuditLog.objects.filter(pk=row.pk).exists()
    assert 'name="_save"' not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_as_much_for_any_number(client, boss, django_assert_num_queries, rows):
    for _ in range(rows):
        AuditLogFactory(user=UserFactory())

    # session, person, seal, proof, actions, count, rows
    with django_assert_num_queries(7):
        client.get(reverse(LOG))
