"""Who may do what in the back office, and how its lists behave when they are long."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from accounts.backends import TABLE
from accounts.models import Role
from tests.factories.accounts import UserFactory
from tests.factories.world import row_of

pytestmark = pytest.mark.django_db

MODELS = sorted(TABLE)
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
