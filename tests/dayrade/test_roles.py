"""docs/back-office.md says of every page who sees which field and may do what; it is asked here.

UPDATE_BACK_OFFICE=1 writes the tables of the document anew: review the difference.
"""

import os
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.urls import reverse

from accounts.backends import TABLE
from accounts.models import Role, User
from administration.models import AuditLog
from dayrade.admin.columns import human
from dayrade.settings import BASE_DIR
from tests.factories.accounts import TotpDeviceFactory, UserFactory, UserSessionFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory, MuteFactory
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.world import row_of

pytestmark = pytest.mark.django_db

DOCUMENT = Path(BASE_DIR) / "docs/back-office.md"
BEGIN, END = "<!-- asked: begin -->\n", "<!-- asked: end -->\n"
STAFF = (Role.ADMIN, Role.MODERATOR)
# What the services keep for admins although moderators decide about the table, and a row for each.
OF_ADMINS = {
    ("accounts.user", "reopen"): lambda: UserFactory(rejected=True),
    ("accounts.user", "end_sessions"): lambda: UserSessionFactory().user,
}
# Leads to the correction of the tournament's result, which is asked by itself.
LEADS = {("tournaments.participant", "correct")}
# The pages that are no table's, in words, and whether moderators may open them.
PAGES = {
    "password_change": ("One's own password", True),
    "two_step": ("One's own two-step sign-in", True),
    "person": ("All about a person", True),
    "person_mute": ("Mute a person", True),
    "in_force": ("Sanctions in force", True),
    "privacy_export": ("Export what is held about a person", False),
    "privacy_erasure": ("Erase a person", False),
    "tournament_desk": ("The desk of a tournament", True),
    "tournament_announcement": ("Announce to who competes", False),
    "tournament_mismatches": ("Seats and bookings that do not fit", True),
    "tournament_board": ("The board of a tournament", True),
    "tournament_export": ("Export a tournament", False),
    "now": ("Figures of the home page", True),
    "badges": ("Counts beside the menu", True),
    "charts": ("Charts of the home page", True),
    "jobs": ("Jobs", False),
    "moderation": ("Moderation desk", True),
    "moderation_queue": ("Its queue", True),
    "moderation_news": ("Its news", True),
    "moderation_message": ("A message at the desk", True),
    "moderation_acts": ("Acts at the desk", True),
    "configuration_change": ("Change a setting", False),
    "configuration_reset": ("Reset a setting", False),
    "audit_export": ("Export the audit log", False),
    "calendar": ("The calendar by week", True),
    "calendar_import": ("Import events", False),
    "calendar_template": ("The template of an import", True),
    "calendar_export": ("Export the calendar", True),
    "event_impact": ("What an event touched", True),
}


def page(label, name, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{name}", args=args)


@pytest.fixture
def sign_in(client):
    def as_role(role):
        user = UserFactory(role=role)
        client.force_login(user)
        return user

    return as_role


def table_of(label):
    """Return the admin of a table."""
    return admin.site.get_model_admin(apps.get_model(label))


def named(names):
    """Return names of columns as a person reads them."""
    found = [getattr(name, "short_description", name) for name in names]
    return [human(str(name)) for name in found if name not in ("action_checkbox", "__str__")]


def fields_of(client, label, row):
    """Return every column and field that a role is shown of a table."""
    answers = [client.get(page(label, "changelist")), client.get(page(label, "change", row.pk))]
    if {answer.status_code for answer in answers} == {403}:
        return []
    listed, shown = answers
    found = named(listed.context["cl"].list_display)
    found += named(flatten_fieldsets(shown.context["adminform"].fieldsets))
    return sorted(set(found))


def decisions_of(label):
    """Return the names of what can be decided about a table's rows, one or many at a time."""
    table = table_of(label)
    one = []
    for name in table.actions_detail or ():
        # A menu has its actions inside.
        one += name["items"] if isinstance(name, dict) else [name]
    return one, sorted(getattr(table, "bulk_decisions", ()))


def acts_of(label, role):
    granted = TABLE[label][STAFF.index(role)].split()
    if "decide" not in granted:
        return granted
    one, many = decisions_of(label)
    kept = {name for of, name in {*OF_ADMINS, *LEADS} if of == label}
    barred = kept if role == Role.MODERATOR else set()
    decided = [name for name in [*one, *many] if name not in barred]
    return [act for act in granted if act != "decide"] + decided


def said(names):
    return ", ".join(human(name) for name in names) or "-"


def line(*cells):
    return f"| {' | '.join(cells)} |\n"


def tables_of_models(client, sign_in):
    heading = ("Table", "Admins may", "Moderators may", "Both see", "Admins alone see")
    made = [line(*heading), line(*("---" for _ in heading))]
    for label in TABLE:
        row = row_of(label)
        seen = {}
        for role in STAFF:
            sign_in(role)
            seen[role] = fields_of(client, label, row)
        both = [name for name in seen[Role.ADMIN] if name in seen[Role.MODERATOR]]
        alone = [name for name in seen[Role.ADMIN] if name not in both]
        assert [name for name in seen[Role.MODERATOR] if name not in both] == []
        acts = [said(acts_of(label, role)) for role in STAFF]
        name = human(str(table_of(label).opts.verbose_name_plural))
        made.append(line(name, *acts, said(both), said(alone)))
    return made


def person_page(client, sign_in):
    person = rich_person()
    heading = ("The page about a person", "Both", "Admins alone")
    parts = {}
    for role in STAFF:
        sign_in(role)
        shown = client.get(reverse("admin:person", args=[person.pk])).context
        parts[role] = {
            "Facts": [name for name, _ in shown["facts"]],
            "Buttons": [act.words for act in shown["acts"]],
            "Open": [each.act.words for each in shown["open"] if each.act],
            "Tables": [table.title for table in shown["tables"]],
        }
    made = [line(*heading), line(*("---" for _ in heading))]
    for part, of_admins in parts[Role.ADMIN].items():
        both = [name for name in of_admins if name in parts[Role.MODERATOR][part]]
        assert both == parts[Role.MODERATOR][part]
        alone = [name for name in of_admins if name not in both]
        made.append(line(part, ", ".join(both) or "-", ", ".join(alone) or "-"))
    return made


def rich_person():
    """Make somebody about whom everything can be shown and done."""
    person = UserFactory(in_review=True, phone_number="+15550100", timezone="Europe/Dublin")
    ParticipantFactory(user=person)
    TotpDeviceFactory(user=person)
    UserSessionFactory(user=person, ip_address="192.0.2.7", user_agent="Telltale/1.0")
    MuteFactory(user=person)
    ChatReportFactory(message=ChatMessageFactory(user=person))
    return person


def test_document_says_what_each_role_sees_and_may_do(client, sign_in):
    of_models, of_person = tables_of_models(client, sign_in), person_page(client, sign_in)
    others = [line("Other pages", "Admins", "Moderators"), line("---", "---", "---")]
    others += [line(name, "yes", "yes" if ours else "no") for name, ours in PAGES.values()]
    made = "".join([*of_models, "\n", *of_person, "\n", *others])
    before, rest = DOCUMENT.read_text().split(BEGIN)
    stood, after = rest.split(END)
    if os.environ.get("UPDATE_BACK_OFFICE"):
        DOCUMENT.write_text(f"{before}{BEGIN}{made}{END}{after}")
        stood = made

    assert stood == made


CLOSED = [
    (label, name)
    for label in TABLE
    for name in decisions_of(label)[0]
    if name in getattr(table_of(label), "decisions", ())
    and ((label, name) in OF_ADMINS or "decide" not in TABLE[label][1])
]


@pytest.mark.parametrize(("label", "name"), CLOSED)
def test_decision_that_is_not_offered_is_refused_when_it_is_sent(client, sign_in, label, name):
    row = OF_ADMINS.get((label, name), lambda: row_of(label))()
    actor = sign_in(Role.MODERATOR)

    shown = client.get(page(label, name, row.pk))
    sent = client.post(page(label, name, row.pk), {"reason": "Because", "previewed": "x"})

    assert (shown.status_code == 200, sent.status_code) == (False, 403)
    done = AuditLog.objects.filter(user=actor).exclude(action="admin.denied")
    assert not done.exists()


@pytest.mark.parametrize("role", STAFF)
def test_every_page_that_is_no_tables_is_in_the_list(client, sign_in, role):
    rows = {
        "people": rich_person().pk,
        "tournaments": TournamentFactory().pk,
        "moderation": ChatMessageFactory().pk,
        "market": EconomicEventFactory().pk,
        "configuration": "chat.burst",
    }
    sign_in(role)
    answers = {}

    for route, name, _ in settings.UNFOLD["SITE_VIEWS"]:
        arguments = [rows[route.split("/")[0]]] if "<" in route else []
        address = reverse(f"admin:{name}", args=arguments)
        answers[name] = {client.get(address).status_code, client.post(address, {}).status_code}

    admits = {name: 403 not in found for name, found in answers.items()}
    assert admits == {name: role == Role.ADMIN or ours for name, (_, ours) in PAGES.items()}
    assert {name: found for name, found in answers.items() if 500 in found} == {}


def test_moderator_reads_nothing_of_admins_on_any_page_about_a_person(client, sign_in):
    person = rich_person()
    User.objects.filter(pk=person.pk).update(kyc_status="pending")
    sign_in(Role.MODERATOR)
    pages = [
        reverse("admin:person", args=[person.pk]),
        reverse("admin:accounts_user_changelist"),
        reverse("admin:accounts_user_change", args=[person.pk]),
        reverse("admin:accounts_user_suspend", args=[person.pk]),
        reverse("admin:in_force"),
        reverse("admin:person_mute", args=[person.pk]),
    ]

    seen = "".join(client.get(address).text for address in pages)

    secrets = ("+15550100", "1990", "192.0.2.7", "Telltale", "Europe/Dublin", "Two-step sign-in<")
    assert [text for text in secrets if text in seen] == []
    assert person.username in seen
