"""Talk in the back office."""

import psycopg
import pytest
from django.db import connection
from django.urls import reverse

from administration.models import AuditLog
from comms.models import EmailTemplate
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, CommentaryFactory, EmailTemplateFactory

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
