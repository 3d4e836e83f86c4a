"""Idempotency-Key, on the creation of an e-mail's text."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from administration.models import AuditLog
from comms.models import EmailTemplate
from comms.services import templates
from dayrade.api.idempotency import idempotent
from dayrade.errors import ConflictError
from dayrade.models import IdempotencyKey
from tests.factories.accounts import UserFactory
from tests.factories.comms import EmailTemplateFactory

TEMPLATES = "/api/v1/email-templates"
BODY = {"name": "welcome", "subject": "Hi", "content": "Hello", "template_type": "account"}
# POSTs that create nothing that a repetition would create twice.
PLAIN_POSTS = {
    # Their answers hold tokens, which are stored only as hashes.
    "auth/login",
    "auth/refresh",
    "auth/logout",
    "auth/logout-all",
    # Repeated, these do nothing twice, and the kept hash of a request would be one of a password.
    "auth/register",
    "auth/email/verify",
    "auth/email/verify/resend",
    "auth/password/reset",
    "auth/password/reset/confirm",
    "auth/password/change",
    "notifications/read-all",
    "notifications/<uuid:pk>/read",
    "users/me/kyc",
    # Nothing is kept of it.
    "email-templates/<uuid:pk>/preview",
    # Whatever is delivered again changes nothing.
    "ingest/trades",
    "ingest/prices",
    "ingest/performance",
    # Whatever comes again is ignored.
    "webhooks/getstream",
    # A signature, of which nothing is stored.
    "tournaments/<slug_or_id:tournament>/events/ticket",
    "webhooks/brevo",
    # There is nobody left who could ask again.
    "users/me/erasure",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client_of):
    return client_of(UserFactory(admin=True))


def post(client, body=None, key="key-1", url=TEMPLATES):
    return client.post(url, BODY if body is None else body, headers={"Idempotency-Key": key})


def test_repetition_gets_the_first_answer_and_does_nothing(admin):
    first = post(admin)

    again = post(admin)

    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert EmailTemplate.objects.count() == 1
    assert AuditLog.objects.filter(action="email_template.create").count() == 1


def test_repetition_may_order_its_fields_differently(admin):
    first = post(admin)

    again = post(admin, dict(reversed(BODY.items())))

    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"


def test_without_a_key_a_repetition_is_another_request(admin):
    admin.post(TEMPLATES, BODY)

    assert admin.post(TEMPLATES, BODY).status_code == 409
    assert IdempotencyKey.objects.count() == 0


def test_key_with_another_body_is_refused(admin):
    post(admin)

    answer = post(admin, BODY | {"name": "other"})

    assert answer.status_code == 422
    assert answer.json() == {
        "success": False,
        "message": "This Idempotency-Key came before with another request.",
        "error": "IDEMPOTENCY_KEY_REUSED",
    }
    assert EmailTemplate.objects.count() == 1


def test_key_on_another_route_is_refused(admin):
    post(admin)

    assert post(admin, url="/api/v1/economic-events").status_code == 422


def test_key_is_its_persons_own(admin, client_of):
    post(admin)

    answer = post(client_of(UserFactory(admin=True)), BODY | {"name": "other"})

    assert answer.status_code == 201
    assert EmailTemplate.objects.count() == 2


def test_refusal_is_remembered_and_its_work_undone(admin):
    EmailTemplateFactory(name="welcome")
    first = post(admin)
    EmailTemplate.objects.all().delete()

    again = post(admin)

    assert first.status_code == 409
    assert (again.status_code, again.content) == (409, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert EmailTemplate.objects.count() == 0


def test_invalid_body_is_remembered_with_its_details(admin):
    first = post(admin, {"name": "x"})

    again = post(admin, {"name": "x"})

    assert first.status_code == 400
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"


def test_failure_of_ours_is_not_remembered(admin):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE email_templates RENAME TO away")
    failed = post(admin)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE away RENAME TO email_templates")

    again = post(admin)

    assert failed.status_code == 500
    assert failed.json()["error"] == "SCHEMA_ERROR"
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again


def test_denial_is_not_remembered(client_of):
    user = UserFactory()
    client = client_of(user)
    denied = post(client)
    user.role = "admin"
    user.save(update_fields=["role", "updated_at"])

    assert denied.status_code == 403
    assert post(client).status_code == 201


def test_key_may_be_used_again_after_24_hours(admin):
    post(admin)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))

    answer = post(admin, BODY | {"name": "other"})

    assert answer.status_code == 201
    assert IdempotencyKey.objects.count() == 1


def test_key_is_kept_for_24_hours(admin):
    post(admin)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))

    assert post(admin)["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a\tb", "a\x00b", "ключ", "\x7f"])
def test_malformed_key_is_refused(admin, key):
    answer = post(admin, key=key)

    assert answer.status_code == 400
    assert answer.json()["details"] == {
        "Idempotency-Key": ["Must have 1 to 255 printable ASCII characters."]
    }
    assert EmailTemplate.objects.count() == 0


@pytest.mark.parametrize("key", ["x", "x" * 255, "~!{}'\"; DROP TABLE users; --"])
def test_any_printable_key_is_taken(admin, key):
    assert post(admin, key=key).status_code == 201


class TwoSteps(APIView):
    """Does one thing and fails at the next, as `failure` says."""

    permission_classes = [AllowAny]
    failure = None

    @idempotent
    def post(self, request):
        templates.create_template(actor=request.user, fields=BODY)
        self.failure()


def refuse():
    raise ConflictError("Not now.")


def time_out():
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '55P03'; END $$")


@pytest.mark.parametrize(
    ("failure", "error", "kept"), [(refuse, "CONFLICT", 1), (time_out, "LOCK_TIMEOUT", 0)]
)
def test_work_is_undone_whole_and_kept_if_the_refusal_lasts(failure, error, kept):
    request = APIRequestFactory().post("/", {}, format="json", headers={"Idempotency-Key": "key-1"})
    force_authenticate(request, UserFactory(admin=True))

    answer = TwoSteps.as_view(failure=staticmethod(failure))(request)

    assert (answer.status_code, answer.data["error"]) == (409, error)
    assert EmailTemplate.objects.count() == 0
    assert IdempotencyKey.objects.count() == kept


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_at_work_the_second_is_told_so(admin, client_of):
    # A row of the same name that is not committed holds the first request at its INSERT.
    holding, release = threading.Event(), threading.Event()

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO email_templates (name, subject, content, template_type)"
                " VALUES ('welcome', '', '', '')"
            )
            holding.set()
            release.wait(30)
            cursor.execute("ROLLBACK")
        connection.close()

    def request():
        try:
            return post(admin)
        finally:
            connection.close()

    def wait_for_the_insert():
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with connection.cursor() as cursor:
            while cursor.execute(waiting).fetchone() == (0,):
                assert not first.done()

    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(hold)
        holding.wait(30)
        first = pool.submit(request)
        wait_for_the_insert()
        second = post(admin)
        release.set()
        held.result()

    assert second.status_code == 409
    assert second.json() == {
        "success": False,
        "message": "The first request with this Idempotency-Key is still at work.",
        "error": "IDEMPOTENCY_IN_PROGRESS",
    }
    assert second["Retry-After"] == "1"
    assert first.result().status_code == 201
    assert post(admin).content == first.result().content


@pytest.mark.django_db(transaction=True)
def test_many_at_once_create_one(admin):
    start = threading.Barrier(6)

    def request(_):
        start.wait()
        try:
            return post(admin)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(request, range(6)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    created = {answer.content for answer in answers if answer.status_code == 201}
    assert len(created) == 1
    errors = {answer.json()["error"] for answer in answers if answer.status_code == 409}
    assert errors <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert EmailTemplate.objects.count() == 1


def posts(resolver, prefix=""):
    """Return the view method behind every POST of the API, by its route."""
    found = {}
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if not isinstance(entry, URLPattern):
            found |= posts(entry, route)
        elif "post" in getattr(entry.callback, "actions", {}):
            name = entry.callback.actions["post"]
            found[route.removeprefix("api/v1/")] = getattr(entry.callback.cls, name)
    return found


def test_every_post_that_creates_something_honours_a_key():
    by_route = posts(get_resolver())

    careless = {route for route, view in by_route.items() if not hasattr(view, "idempotent")}

    assert careless == PLAIN_POSTS
    assert set(by_route) > PLAIN_POSTS
