"""Middleware of pages: the API does without, and the back office has it."""

import pytest
from django.test import Client

from dayrade.pages import Csrf, Messages, People, Sessions


@pytest.mark.parametrize("middleware", [Sessions, Csrf, People, Messages])
def test_request_of_the_api_passes_untouched(rf, middleware):
    request = rf.get("/api/v1/tournaments")
    before = dict(vars(request))

    answer = middleware(lambda asked: asked)(request)

    assert answer is request
    assert vars(request) == before


@pytest.mark.django_db
def test_pages_have_a_session_a_person_and_messages(client):
    request = client.get("/admin/login/").wsgi_request

    assert [hasattr(request, name) for name in ("session", "user", "_messages")] == [True] * 3


@pytest.mark.django_db
def test_forms_need_their_token():
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/admin/login/", {"username": "a", "password": "b"})

    assert answer.status_code == 403


@pytest.mark.django_db
def test_api_sets_no_cookie_and_asks_for_no_token():
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/api/v1/auth/login", {}, content_type="application/json")

    assert (answer.status_code, dict(answer.cookies)) == (400, {})
