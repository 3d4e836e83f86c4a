"""Who may do what in the back office, and how its lists behave when they are long."""

import logging
import re
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import formats

from accounts.backends import TABLE
from accounts.models import Role, User
from administration.configuration import REGISTRY
from administration.models import SystemConfiguration
from dayrade.admin import ServiceAdmin
from dayrade.admin.forms import ServiceForm
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import TradeFactory
from tests.factories.world import FACTORIES, row_of

pytestmark = pytest.mark.django_db

MODELS = sorted(TABLE)
DECIDED = {"status": "dismissed", "resolved_at": datetime(2026, 3, 9, tzinfo=UTC)}
ROLES = (Role.ADMIN, Role.MODERATOR, Role.USER)


def page(label, name, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{name}", args=args)


@pytest.fixture
def sign_in(client):
    def as_role(role):
        user = UserFactory(role=role)
        client.force_login(user)
        return user

    return as_role


def test_every_table_of_the_specification_has_an_admin():
    ours = ("accounts", "administration", "comms", "market", "tournaments", "trading")
    tables = {
        model._meta.label_lower
        for app in ours
        for model in apps.get_app_config(app).models.values()
    }

    registered = {
        model._meta.label_lower for model in apps.get_models() if admin.site.is_registered(model)
    }

    assert (registered, set(TABLE)) == (tables, tables)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("label", MODELS)
def test_role_decides_what_each_page_answers(client, sign_in, label, role):
    actions = {Role.ADMIN: TABLE[label][0], Role.MODERATOR: TABLE[label][1], Role.USER: ""}[role]
    row = row_of(label)
    sign_in(role)
    # Somebody without a place in the back office is shown the sign-in form.
    refused = 302 if role == Role.USER else 403

    def expected(action, answer):
        return answer if action in actions else refused

    answers = {
        "list": client.get(page(label, "changelist")).status_code,
        "view": client.get(page(label, "change", row.pk)).status_code,
        "add": client.get(page(label, "add")).status_code,
        "post change": client.post(page(label, "change", row.pk), {}).status_code,
        "post add": client.post(page(label, "add"), {}).status_code,
        "delete": client.get(page(label, "delete", row.pk)).status_code,
        "post delete": client.post(page(label, "delete", row.pk), {"post": "yes"}).status_code,
    }

    assert answers == {
        "list": expected("view", 200),
        "view": expected("view", 200),
        "add": expected("add", 200),
        "post change": expected("change", 200),
        "post add": expected("add", 200),
        "delete": expected("delete", 200),
        "post delete": expected("delete", 302),
    }
    assert type(row).objects.filter(pk=row.pk).exists() == ("delete" not in actions)


def test_moderator_is_shown_only_their_tables(client, sign_in):
    sign_in(Role.MODERATOR)

    content = client.get(reverse("admin:index")).content.decode()

    shown = {label for label in MODELS if f'href="{page(label, "changelist")}"' in content}
    assert shown == {label for label in MODELS if TABLE[label][1]}


QUERIES = {
    # session, person, count, rows; and the tournaments of the filter
    "accounts.user": 4,
    "accounts.kycreview": 4,
    "accounts.usersession": 4,
    "accounts.totpdevice": 4,
    "tournaments.tournament": 4,
    "tournaments.participant": 5,
    "tournaments.booking": 5,
    "tournaments.board": 4,
    "tournaments.result": 5,
    "tournaments.standing": 5,
    "trading.performancesnapshot": 5,
    "trading.trade": 5,
    "trading.position": 5,
    "trading.quarantinedtrade": 5,
    "trading.break": 5,
    "trading.bust": 5,
    "trading.mark": 5,
    "trading.tally": 5,
    "trading.risk": 5,
    "comms.chatmessage": 5,
    "comms.chatreport": 4,
    "comms.mute": 5,
    "comms.chatroom": 4,
    "comms.commentary": 5,
    "comms.commentaryfact": 5,
    "comms.commentarystate": 4,
    "comms.retraction": 4,
    "comms.notification": 4,
    "comms.delivery": 4,
    "comms.unreachableaddress": 4,
    "comms.preference": 4,
    "comms.pushsubscription": 4,
    "comms.tellingkey": 4,
    "comms.emailtemplate": 4,
    "market.economicevent": 4,
    "administration.systemconfiguration": 4,
    # and the chain's state, and the actions that there are
    "administration.auditlog": 7,
    "administration.auditseal": 4,
    "administration.schemamigration": 4,
}


def rows_of(label, number):
    """Make so many rows, each with parents of its own; some tables fill themselves."""
    if label == "administration.systemconfiguration":
        for key in list(REGISTRY)[:number]:
            FACTORIES[label](key=key)
    elif label in FACTORIES:
        for _ in range(number):
            FACTORIES[label]()


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("label", MODELS)
def test_list_asks_a_fixed_number_of_questions(
    client, sign_in, django_assert_num_queries, label, number
):
    rows_of(label, number)
    sign_in(Role.ADMIN)

    with django_assert_num_queries(QUERIES[label]):
        response = client.get(page(label, "changelist"))

    assert len(response.context["cl"].result_list) >= number


# Searched by ids and people alone.
NOTHING_MATCHES = (
    "tournaments.standing",
    "trading.tally",
    "trading.risk",
    "accounts.usersession",
    "accounts.totpdevice",
    "comms.commentary",
    "comms.chatreport",
    "comms.mute",
    "comms.retraction",
    "comms.unreachableaddress",
    "comms.preference",
    "comms.pushsubscription",
    "comms.tellingkey",
    "comms.commentaryfact",
    "trading.performancesnapshot",
    "administration.auditlog",
    "administration.auditseal",
)


@pytest.mark.parametrize("query", ["", "?q=somebody", "?_facets=True", "?all="])
@pytest.mark.parametrize("label", MODELS)
def test_list_never_counts_a_whole_table(
    client, sign_in, django_assert_max_num_queries, label, query
):
    rows_of(label, 1)
    sign_in(Role.ADMIN)

    with django_assert_max_num_queries(9) as captured:
        client.get(page(label, "changelist") + query)

    counts = [sql for sql in (each["sql"] for each in captured) if "COUNT(" in sql.upper()]
    assert [sql for sql in counts if not re.search(r"LIMIT 1001\) subquery$", sql)] == []
    # Where no column can match, nothing is counted at all.
    assert len(counts) == (0 if query == "?q=somebody" and label in NOTHING_MATCHES else 1)


def test_later_page_is_read_without_the_joins_of_what_lies_before_it(
    client, sign_in, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("trading.admin.TradeAdmin.list_per_page", 2)
    seat = ParticipantFactory()
    trades = TradeFactory.create_batch(5, participant=seat)
    sign_in(Role.ADMIN)
    query = page("trading.trade", "changelist") + "?p=2"

    # one more than the first page: the keys
    with django_assert_num_queries(QUERIES["trading.trade"] + 1) as asked:
        response = client.get(query)

    newest = sorted(trades, key=lambda trade: trade.executed_at, reverse=True)
    assert list(response.context["cl"].result_list) == newest[2:4]
    (passing,) = [each["sql"] for each in asked if "OFFSET 2" in each["sql"]]
    assert "users" not in passing


def test_list_says_that_there_are_more_than_it_counts(client, sign_in, monkeypatch):
    monkeypatch.setattr("dayrade.admin.lists.COUNTED", 2)
    TournamentFactory.create_batch(3)
    sign_in(Role.ADMIN)

    content = client.get(page("tournaments.tournament", "changelist")).content.decode()

    assert re.search(r"2\+\s+tournaments", content)


@pytest.mark.parametrize("label", MODELS)
def test_lists_are_in_one_order_only(client, sign_in, label):
    rows_of(label, 1)
    sign_in(Role.ADMIN)

    order = client.get(page(label, "changelist")).context["cl"].queryset.query.order_by

    # Names of templates and keys are unique.
    assert order[-1] in ("pk", "-pk", "-id", "key", "name")


@pytest.mark.parametrize(
    ("role", "label", "query"),
    [
        (Role.MODERATOR, "accounts.user", "date_of_birth__gte=1990-01-01"),
        (Role.MODERATOR, "accounts.user", "password__startswith=argon2"),
        (Role.ADMIN, "accounts.user", "password__startswith=argon2"),
        (Role.MODERATOR, "trading.trade", "user__password__startswith=argon2"),
        (Role.MODERATOR, "trading.trade", "tournament__created_by__email__startswith=a"),
        (Role.ADMIN, "accounts.usersession", "session_token__startswith=a"),
        (Role.ADMIN, "administration.systemconfiguration", "value__startswith=a"),
    ],
)
def test_column_that_is_not_offered_cannot_be_probed_by_a_filter(  # noqa: PLR0917  # fixtures
    client, sign_in, caplog, role, label, query
):
    rows = {row_of(label).pk, *User.objects.values_list("pk", flat=True)}
    sign_in(role)

    response = client.get(f"{page(label, 'changelist')}?{query}", follow=True)

    assert [chain[0].partition("?")[2] for chain in response.redirect_chain] == ["e=1"]
    assert [str(message)[:40] for message in response.context["messages"]] == [
        "The address asked for a filter that this"
    ]
    assert {row.pk for row in response.context["cl"].result_list} & rows
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "p=99999999999999",
        "o=99.x",
        "tournament__id__exact=x",
        "side__exact=%00",
        "side__nonsense=1",
        "executed_at__gte=2026-13-45",
        "nonsense=1",
        "_to_field=password",
        "e=1",
    ],
)
def test_nonsense_in_an_address_leads_to_the_list(client, sign_in, caplog, query):
    sign_in(Role.ADMIN)

    response = client.get(f"{page('trading.trade', 'changelist')}?{query}", follow=True)

    assert response.status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("key", ["not-an-id", "0" * 400, "%00"])
def test_nonsense_as_a_key_leads_home(client, sign_in, key):
    sign_in(Role.ADMIN)

    response = client.get(f"/admin/trading/trade/{key}/change/")

    assert response.status_code == 302


def test_history_of_a_row_is_in_the_audit_log(client, sign_in):
    tournament = TournamentFactory()
    sign_in(Role.ADMIN)

    response = client.get(page("tournaments.tournament", "history", tournament.pk), follow=True)

    shown = {row.entity_id for row in response.context["cl"].result_list}
    assert shown == {tournament.pk}


@pytest.mark.parametrize(
    ("role", "label", "answer"),
    [
        (Role.MODERATOR, "tournaments.tournament", 403),
        (Role.ADMIN, "trading.trade", 403),
        (Role.ADMIN, "administration.schemamigration", 403),
    ],
)
def test_history_is_refused_where_there_is_none(client, sign_in, role, label, answer):
    row = row_of(label)
    sign_in(role)

    response = client.get(page(label, "history", row.pk))

    assert response.status_code == answer


def test_history_of_no_key_is_not_found(client, sign_in):
    sign_in(Role.ADMIN)

    response = client.get(page("tournaments.tournament", "history", "x"))

    assert response.status_code == 404


def test_django_keeps_no_second_log(client, sign_in):
    sign_in(Role.ADMIN)
    event = row_of("market.economicevent")

    client.post(page("market.economicevent", "delete", event.pk), {"post": "yes"})

    assert LogEntry.objects.count() == 0


@pytest.mark.parametrize("action", ["create", "update", "remove"])
def test_table_without_a_service_for_it_refuses_the_write(rf, action):
    table = ServiceAdmin(SystemConfiguration, admin.site)
    given = {"create": ({},), "update": (None, {}), "remove": (None,)}[action]

    with pytest.raises(PermissionDenied):
        getattr(table, action)(rf.get("/"), *given)


def test_refusal_of_a_value_that_has_no_field_is_said_above_the_form():
    class Form(ServiceForm):
        refusal = ValidationError({"value": ["No."]})

        class Meta:
            model = SystemConfiguration
            fields = ("description",)

    assert Form({}).errors == {"__all__": ["No."]}


@pytest.mark.parametrize("app", ["accounts", "tournaments", "trading", "comms", "market"])
def test_each_app_has_a_page(client, sign_in, app):
    sign_in(Role.MODERATOR)

    response = client.get(reverse("admin:app_list", args=[app]))

    assert response.status_code == 200


@pytest.mark.django_db
def test_search_of_the_theme_is_no_address(client):
    client.force_login(UserFactory(admin=True))

    assert client.get("/admin/search/?s=a&page=x").status_code == 404


def test_instants_stay_on_one_line():
    at = datetime(2026, 3, 9, 14, 30, tzinfo=UTC)

    shown = formats.localize(at), formats.localize(at.date())

    assert shown == ("9\xa0Mar\xa02026\xa014:30:00", "9\xa0Mar\xa02026")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://example.com/?a=1&b",
            '<a href="https://example.com/?a=1&amp;b" class="text-link"',
        ),
        ("javascript:alert('1')", "javascript:alert(&#x27;1&#x27;)"),
        ("java\tscript:alert(1)//<b>", "java\tscript:alert(1)//&lt;b&gt;"),
        (None, "-"),
    ],
)
def test_only_addresses_of_the_web_are_links(client, sign_in, url, shown):
    person = UserFactory(avatar_url=url)
    sign_in(Role.MODERATOR)

    page_of_person = client.get(page("accounts.user", "change", person.pk)).content.decode()

    assert shown in page_of_person
    assert re.findall(r'href="\s*java', page_of_person) == []
