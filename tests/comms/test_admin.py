"""Talk in the back office."""

import re

import psycopg
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from administration.models import AuditLog
from comms.models import Commentary, EmailTemplate
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.comms import (
    ChatMessageFactory,
    CommentaryFactory,
    EmailTemplateFactory,
    RetractionFactory,
)
from tests.factories.tournaments import TournamentFactory

pytestmark = pytest.mark.django_db

CHAT = "admin:comms_chatmessage_changelist"
NEW = "admin:comms_emailtemplate_add"
CHANGE = "admin:comms_emailtemplate_change"
DELETE = "admin:comms_emailtemplate_delete"

FORM = {
    "name": "welcome",
    "subject": "Welcome",
    "content": "Hello {{ username }}",
    "template_type": "account",
    "variables": '["username"]',
    "is_active": "on",
}


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    forget_audit()
    return user


def trail():
    return list(AuditLog.objects.order_by("created_at").values_list("user", "action"))


def errors_of(response):
    return response.context["adminform"].form.errors


def test_admin_adds_a_template(client, boss):
    client.post(reverse(NEW), FORM)

    assert EmailTemplate.objects.get().variables == ["username"]
    assert trail() == [(boss.pk, "email_template.create")]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": "taken"}, {"__all__": ["Another template has this name."]}),
        ({"variables": '{"a": 1}'}, {"__all__": ["Variables are a list of names."]}),
        ({"brevo_template_id": "0"}, {"__all__": ["A Brevo template has a positive number."]}),
    ],
)
def test_template_that_cannot_be_is_refused_on_the_form(client, boss, fields, errors):
    EmailTemplateFactory(name="taken")

    response = client.post(reverse(NEW), FORM | fields)

    assert errors_of(response) == errors


def test_admin_changes_a_template(client, boss):
    template = EmailTemplateFactory(name="welcome")

    client.post(reverse(CHANGE, args=[template.pk]), FORM | {"subject": "Hello"})

    template.refresh_from_db()
    assert template.subject == "Hello"
    assert (boss.pk, "email_template.update") in trail()


def test_admin_deletes_a_template(client, boss):
    template = EmailTemplateFactory()

    client.post(reverse(DELETE, args=[template.pk]), {"post": "yes"})

    assert EmailTemplate.objects.count() == 0
    assert (boss.pk, "email_template.delete") in trail()


@pytest.mark.parametrize(
    ("term", "found"), [("ann", {"hello"}), ("hello", {"hello"}), ("bye ann", {"bye ann"})]
)
def test_chat_is_searched_by_person_and_then_by_words(client, boss, term, found):
    ChatMessageFactory(user=UserFactory(username="ann"), message_text="hello")
    ChatMessageFactory(message_text="bye ann")

    rows = client.get(reverse(CHAT), {"q": term}).context["cl"].result_list

    assert {row.message_text for row in rows} == found


def test_chat_shows_what_is_hidden_and_escapes_what_was_said(client):
    client.force_login(UserFactory(moderator=True))
    ChatMessageFactory(message_text="<script>alert(1)</script>", hidden=True)

    content = client.get(reverse(CHAT)).content.decode()

    shown = [text for text in ("&lt;script&gt;", "<script>alert", "Hidden") if text in content]
    assert shown == ["&lt;script&gt;", "Hidden"]


def test_commentary_of_no_tournament_is_listed(client, boss):
    CommentaryFactory(tournament=None, commentary_text="Good morning")

    content = client.get(reverse("admin:comms_commentary_changelist")).content.decode()

    assert "Good morning" in content


@pytest.mark.django_db(transaction=True)
def test_deletion_that_has_to_wait_too_long_is_refused_in_words(client):
    client.force_login(UserFactory(admin=True))
    template = EmailTemplateFactory()
    with psycopg.connect(**connection.get_connection_params()) as somebody:
        somebody.execute("SELECT 1 FROM email_templates FOR UPDATE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")

        response = client.post(reverse(DELETE, args=[template.pk]), {"post": "yes"}, follow=True)

    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
    said = [str(message) for message in response.context["messages"]]
    assert said == ["Somebody else is changing this; try again."]
    assert EmailTemplate.objects.count() == 1


def test_commentary_is_found_by_whom_it_is_about(client, boss):
    line = CommentaryFactory(trigger_user=UserFactory(username="ann"))
    CommentaryFactory()
    url = reverse("admin:comms_commentary_changelist")

    rows = client.get(url, {"q": "ann"}).context["cl"].result_list

    assert list(rows) == [line]


SAY = "admin:comms_commentary_add"
RETRACT = "admin:comms_commentary_retract"
SPOKEN = {
    "personality": "rocket",
    "commentary_text": "Here we go!",
    "priority": "high",
    "scheduled_at_0": "",
    "scheduled_at_1": "",
}


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True)
    client.force_login(user)
    forget_audit()
    return user


def test_moderator_has_a_voice_say_something(client, moderator):
    tournament = TournamentFactory(active=True)

    client.post(reverse(SAY), SPOKEN | {"tournament": str(tournament.pk)})

    line = Commentary.objects.get()
    assert (line.commentary_text, line.personality, line.source) == (
        "Here we go!",
        "rocket",
        "manual",
    )
    assert trail()[1:] == [(moderator.pk, "commentary.say")]


def test_line_needs_a_tournament(client, moderator):
    response = client.post(reverse(SAY), SPOKEN)

    assert errors_of(response) == {"tournament": ["Choose a tournament."]}


def test_moderator_takes_a_line_back(client, moderator):
    line = CommentaryFactory(commentary_text="Wrong")
    page = reverse("admin:comms_commentary_change", args=[line.pk])
    url = reverse(RETRACT, args=[line.pk])
    offered = url in client.get(page).content.decode()
    asked = client.get(url).content.decode()

    client.post(url, {"reason": "A slip"})

    assert offered
    assert "Wrong" in asked
    assert line.retraction.reason == "A slip"
    shown = client.get(page).content.decode()
    assert (url in shown, "A slip" in shown, "Taken back" in shown) == (False, True, True)


@pytest.mark.parametrize(
    ("played", "taken_back", "state"),
    [
        (True, False, "Spoken"),
        (False, False, "Waiting"),
        (True, True, "Taken back"),
        (False, True, "Withdrawn"),
    ],
)
def test_list_tells_what_became_of_a_line(client, boss, played, taken_back, state):
    line = CommentaryFactory(is_played=played, played_at=timezone.now() if played else None)
    if taken_back:
        RetractionFactory(commentary=line)

    content = client.get(reverse("admin:comms_commentary_changelist")).content.decode()

    words = ("Spoken", "Waiting", "Taken back", "Withdrawn")
    cells = re.findall(r"<td[^>]*field-state[^>]*>(.*?)</td>", content, re.DOTALL)
    assert [word for word in words if word in cells[0]] == [state]


def test_template_is_previewed_with_sample_values(client, boss):
    template = EmailTemplateFactory(
        subject="{{ title }}",
        content="Dear {{ name }}: {{ own }}",
        variables=["title", "name", "own"],
    )

    response = client.get(reverse("admin:comms_emailtemplate_preview", args=[template.pk]))

    made = response.context["made"]
    assert (made.subject, made.text) == ("The title of the notification", "Dear Ada: [own]")
    assert 'sandbox="" srcdoc="&lt;!doctype html&gt;' in response.content.decode()


def test_preview_says_what_an_old_template_lacks(client, boss):
    template = EmailTemplateFactory(variables=[])

    response = client.get(reverse("admin:comms_emailtemplate_preview", args=[template.pk]))

    assert "No value for: username." in response.content.decode()


def test_preview_of_nothing_is_not_found(client, boss):
    url = reverse("admin:comms_emailtemplate_preview", args=[UserFactory().pk])

    assert client.get(url).status_code == 404


def test_form_says_what_is_not_declared(client, boss):
    response = client.post(reverse(NEW), FORM | {"content": "Hello {{ oops }}"})

    assert errors_of(response) == {"content": ["Not declared in variables: oops."]}
    assert not EmailTemplate.objects.exists()
