"""The preview of an e-mail template while it is written."""

import pytest
from django.test import Client
from django.urls import reverse

from comms.models import EmailTemplate
from comms.services import templates
from tests.factories.accounts import UserFactory
from tests.factories.comms import EmailTemplateFactory

pytestmark = pytest.mark.django_db

LIVE = "admin:comms_emailtemplate_live"
WRITTEN = {"subject": "For {{ name }}", "content": "Hello {{ name }}", "variables": '["name"]'}


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    return user


def live(client, **written):
    answer = client.post(reverse(LIVE), WRITTEN | written)
    assert answer.status_code == 200
    return answer.json()


def test_what_is_written_is_shown_with_samples_and_stored_nowhere(client, boss):
    found = live(client)

    assert (found["subject"], found["text"], found["errors"]) == ("For Ada", "Hello Ada", {})
    assert "<p>Hello Ada</p>" in found["html"]
    assert found["values"] == {"name": "Ada"}
    assert not EmailTemplate.objects.exists()


def test_page_of_the_preview_has_a_policy_and_the_mail_has_none(client, boss):
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    saved = EmailTemplateFactory()

    page = client.get(reverse("admin:comms_emailtemplate_preview", args=[saved.pk]))
    sent = templates.look(**WRITTEN).made.html

    assert policy in live(client)["html"]
    assert policy in page.context["page"]
    assert 'sandbox=""' in page.content.decode()
    assert policy not in sent


@pytest.mark.parametrize(
    ("written", "errors"),
    [
        (
            {"subject": "{{ nobody }}"},
            {"subject": ["Not declared in variables: nobody."]},
        ),
        (
            {"content": "{% if x %}"},
            {"content": ["Write a variable as {{ name }}; braces mean nothing else."]},
        ),
        (
            {"variables": "{"},
            {"variables": ['Write a list of names, such as ["name", "site"].']},
        ),
        (
            {"variables": "[" * 100_000},
            {"variables": ['Write a list of names, such as ["name", "site"].']},
        ),
        (
            {"variables": '{"a": 1}'},
            {"variables": ['Variables are a list of names, such as ["name", "site"].']},
        ),
        (
            {"variables": "[1]"},
            {"variables": ['Variables are a list of names, such as ["name", "site"].']},
        ),
        ({"variables": "", "subject": "", "content": ""}, {}),
        ({"variables": "null", "subject": "", "content": ""}, {}),
    ],
)
def test_what_is_wrong_is_said_by_field_and_the_rest_is_shown(client, boss, written, errors):
    found = live(client, **written)

    assert found["errors"] == errors
    assert set(found) == {"subject", "text", "html", "values", "errors"}


def test_what_is_not_declared_is_shown_by_its_name(client, boss):
    assert live(client, content="{{ nobody }}")["text"] == "[nobody]"


def test_markup_in_a_text_is_text(client, boss):
    found = live(client, content="<script>alert(1)</script>")

    assert "&lt;script&gt;" in found["html"]
    assert "<script>" not in found["html"]


def test_only_who_writes_templates_is_answered(client):
    client.force_login(UserFactory(moderator=True))

    assert client.post(reverse(LIVE), WRITTEN).status_code == 403


def test_preview_is_posted_with_a_token(client, boss):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    assert client.get(reverse(LIVE)).status_code == 405
    assert strict.post(reverse(LIVE), WRITTEN).status_code == 403


@pytest.mark.parametrize("is_new", [True, False])
def test_form_has_the_preview_beside_it(client, boss, is_new):
    args = [] if is_new else [EmailTemplateFactory().pk]
    page = reverse(f"admin:comms_emailtemplate_{'add' if is_new else 'change'}", args=args)

    content = client.get(page).content.decode()

    assert f'data-url="{reverse(LIVE)}"' in content
    assert "dayrade/template_preview.js" in content
