"""The OpenAPI document: current, complete, and honest about failures."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver

from dayrade.api.openapi import FAILURES

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
# The contract, as far as it is served: method and path below /api/v1.
PROMISED = {
    "post /auth/login",
    "post /auth/refresh",
    "post /auth/register",
    "post /auth/email/verify",
    "post /auth/email/verify/resend",
    "post /auth/password/reset",
    "post /auth/password/reset/confirm",
    "post /auth/password/change",
    "post /auth/logout",
    "post /auth/logout-all",
    "get /auth/sessions",
    "delete /auth/sessions/{id}",
    "get /users",
    "get /users/me",
    "patch /users/me",
    "post /users/me/kyc",
    "get /users/me/seats",
    "get /users/{id}/suspension",
    "patch /users/{id}/suspension",
    "get /users/{id}/kyc",
    "patch /users/{id}/kyc",
    "get /users/me/export",
    "post /users/me/erasure",
    "get /users/{username}",
    "get /tournaments",
    "post /tournaments/{tournament}/transitions",
    "post /tournaments/{tournament}/registration",
    "delete /tournaments/{tournament}/registration",
    "post /tournaments/{tournament}/participants/{id}/disqualification",
    "delete /tournaments/{tournament}/participants/{id}/disqualification",
    "post /tournaments",
    "get /tournaments/{tournament}",
    "patch /tournaments/{tournament}",
    "get /tournaments/{tournament}/bookings",
    "get /tournaments/{tournament}/unbooked-participants",
    "get /tournaments/{tournament}/participants",
    "get /tournaments/{tournament}/participants/{id}",
    "patch /tournaments/{tournament}/participants/{id}",
    "get /tournaments/{tournament}/participants/{participant}/performance",
    "get /tournaments/{tournament}/participants/{participant}/trades",
    "get /tournaments/{tournament}/participants/{participant}/positions",
    "get /tournaments/{tournament}/leaderboard",
    "get /tournaments/{tournament}/results",
    "post /tournaments/{tournament}/results",
    "get /tournaments/{tournament}/results/{number}",
    "post /tournaments/{tournament}/snapshots",
    "get /tournaments/{tournament}/chat",
    "post /tournaments/{tournament}/chat",
    "patch /chat/{id}",
    "delete /chat/{id}",
    "post /chat/{id}/moderation",
    "post /chat/{id}/reports",
    "post /webhooks/getstream",
    "get /chat-reports",
    "post /chat-reports/{id}/decision",
    "get /users/{user}/mutes",
    "post /users/{user}/mutes",
    "delete /users/{user}/mutes/{id}",
    "get /tournaments/{tournament}/commentary",
    "post /tournaments/{tournament}/commentary",
    "post /tournaments/{tournament}/commentary/{id}/retraction",
    "get /tournaments/{tournament}/events",
    "post /tournaments/{tournament}/events/ticket",
    "get /notifications",
    "get /notifications/unread-count",
    "post /notifications/{id}/read",
    "post /notifications/read-all",
    "get /notifications/preferences",
    "put /notifications/preferences",
    "get /notifications/push-subscriptions",
    "post /notifications/push-subscriptions",
    "delete /notifications/push-subscriptions/{id}",
    "post /webhooks/brevo",
    "post /email-templates/{id}/preview",
    "get /email-templates",
    "post /email-templates",
    "get /email-templates/{id}",
    "patch /email-templates/{id}",
    "delete /email-templates/{id}",
    "get /economic-events",
    "post /economic-events",
    "get /economic-events/{id}",
    "patch /economic-events/{id}",
    "delete /economic-events/{id}",
    "get /config",
    "get /system-configuration",
    "get /system-configuration/{key}",
    "put /system-configuration/{key}",
    "delete /system-configuration/{key}",
    "get /audit-logs",
    "get /schema-migrations",
    "get /tournaments/{tournament}/refused-trades",
    "post /tournaments/{tournament}/refused-trades/{id}/dismissal",
    "post /tournaments/{tournament}/refused-trades/{id}/retry",
    "get /tournaments/{tournament}/breaks",
    "post /tournaments/{tournament}/breaks/{id}/acceptance",
    "post /tournaments/{tournament}/trades/{id}/bust",
    "post /ingest/trades",
    "post /ingest/prices",
    "post /ingest/performance",
}


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """Return the document of the code as it is; a warning is an error."""
    path = tmp_path_factory.mktemp("openapi") / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))
    return path.read_text()


@pytest.fixture(scope="module")
def operations(document):
    paths = yaml.safe_load(document)["paths"]
    return {
        f"{method} {path.removeprefix('/api/v1')}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_snapshot_is_current(document):
    assert SNAPSHOT.read_text() == document, "run make openapi"


def test_document_holds_what_is_promised(operations):
    assert set(operations) == PROMISED


def test_every_route_of_the_api_is_documented(operations):
    included = [entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/"]
    routes = {route.name for entry in included for route in entry.url_patterns}

    documented = {operation.split()[1] for operation in operations}
    assert len(routes - {"schema", "docs"}) == len(documented)


def test_every_operation_documents_its_failures(operations):
    answers = {name: set(operation["responses"]) for name, operation in operations.items()}

    assert all({"406", "500", "503"} <= found for found in answers.values())
    assert answers["get /tournaments"] == {"200", "304", "400", "401", "406", "500", "503"}
    assert answers["post /tournaments"] == {
        "201",
        "400",
        "401",
        "403",
        "406",
        "409",
        "413",
        "415",
        "422",
        "429",
        "500",
        "503",
    }
    login = {"200", "400", "401", "406", "413", "415", "429", "500", "503"}
    assert answers["post /auth/login"] == login
    assert answers["post /auth/refresh"] == login
    assert answers["post /auth/register"] == login - {"200", "401"} | {"202"}
    assert answers["delete /email-templates/{id}"] >= {"204", "401", "403", "404", "429"}


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        (
            "post /auth/login",
            {
                "AUTHENTICATION_FAILED",
                "BUSY",
                "PASSWORD_RESET_REQUIRED",
                "TWO_STEP_REQUIRED",
                "TWO_STEP_SETUP_REQUIRED",
            },
        ),
        ("post /auth/refresh", {"TOKEN_REUSED"}),
        ("patch /users/me", {"DUPLICATE_ENTRY", "IDENTITY_LOCKED"}),
        ("post /users/me/kyc", {"EMAIL_UNVERIFIED", "INVALID_TRANSITION", "PROFILE_INCOMPLETE"}),
        ("post /users/me/erasure", {"IN_TOURNAMENT", "OWN_ACCESS"}),
        ("patch /users/{id}/suspension", {"INVALID_TRANSITION"}),
        ("patch /users/{id}/kyc", {"INVALID_TRANSITION"}),
    ],
)
def test_operation_names_the_codes_that_a_program_decides_by(operations, name, codes):
    assert set(re.findall("`([A-Z_]{4,})`", operations[name]["description"])) == codes


def test_failures_have_the_one_shape(document):
    components = yaml.safe_load(document)["components"]

    shapes = {
        answer["content"]["application/json"]["schema"]["$ref"]
        for answer in components["responses"].values()
    }
    assert shapes == {"#/components/schemas/Error"}
    assert set(components["responses"]) == {name for name, _, _ in FAILURES.values()}
    assert components["schemas"]["Error"]["required"] == ["success", "message", "error"]
    assert "Retry-After" in components["responses"]["RateLimited"]["headers"]


def test_operations_name_their_headers(operations):
    def headers(name):
        return {p["name"] for p in operations[name]["parameters"] if p["in"] == "header"}

    assert headers("post /tournaments") == {"X-Request-ID", "Idempotency-Key"}
    assert headers("get /tournaments") == {"X-Request-ID", "If-None-Match"}
    assert headers("get /users/me") == {"X-Request-ID"}


def test_operation_that_takes_a_key_documents_its_refusals(operations):
    taking = {
        name: operation
        for name, operation in operations.items()
        for parameter in operation["parameters"]
        if parameter["name"] == "Idempotency-Key"
    }

    assert "post /tournaments/{tournament}/snapshots" in taking
    assert all({"400", "409", "422"} <= set(of["responses"]) for of in taking.values())


def test_filters_may_be_empty_and_pages_may_not(operations):
    query = {p["name"]: p for p in operations["get /tournaments"]["parameters"]}

    assert query["starts_to"]["allowEmptyValue"] is True
    assert "allowEmptyValue" not in query["page"]


def test_fields_say_what_they_take(document):
    schemas = yaml.safe_load(document)["components"]["schemas"]
    event = schemas["EconomicEventInput"]["properties"]

    assert event["name"]["minLength"] == 1
    assert "minLength" not in schemas["ReportInput"]["properties"]["comment"]
    assert event["market_reaction"]["type"] == "object"
    assert event["forecast_value"] == {
        "anyOf": [
            {
                "type": "string",
                "format": "decimal",
                "pattern": r"^-?\d{1,11}(?:\.\d{1,4})?$",
            },
            {"type": "integer"},
        ],
        "nullable": True,
    }


def test_operations_say_who_has_to_sign_in(operations):
    token, nobody = {"bearerAuth": []}, {}

    assert operations["get /tournaments"]["security"] == [token, nobody]
    assert operations["post /tournaments"]["security"] == [token]
    assert operations["get /users/me"]["security"] == [token]
    assert operations["post /auth/login"]["security"] == [nobody]


def test_operation_ids_are_unique(operations):
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)


def test_fields_for_staff_are_optional(document):
    tournament = yaml.safe_load(document)["components"]["schemas"]["Tournament"]

    assert set(tournament["properties"]) - set(tournament["required"]) == {
        "ticketsource_event_id",
        "zimtra_tournament_id",
        "created_by",
    }


@pytest.mark.parametrize(
    ("accept", "content_type", "starts"),
    [
        ("*/*", "application/vnd.oai.openapi", b"openapi: 3"),
        ("application/json", "application/json", b"{"),
        ("application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json", b"{"),
    ],
)
def test_schema_is_served(anonymous, accept, content_type, starts):
    answer = anonymous.get("/api/v1/schema", headers={"Accept": accept})
    again = anonymous.get("/api/v1/schema", headers={"Accept": accept})

    assert answer.status_code == again.status_code == 200
    assert again.content == answer.content
    assert answer["Content-Type"].startswith(content_type)
    assert answer.content.startswith(starts)


def test_docs_need_nothing_from_elsewhere(anonymous):
    page = anonymous.get("/api/v1/docs", headers={"Accept": "text/html"})
    script = anonymous.get("/api/v1/docs?script=", headers={"Accept": "*/*"})

    assert page.status_code == script.status_code == 200
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert script["Content-Type"].startswith("application/javascript")
    for content in (page.content, script.content):
        assert b"//cdn" not in content
        assert b"https://" not in content
    # Inline scripts would be refused by the policy.
    assert page.content.count(b"<script>") == 0
    assert "'unsafe-inline'" not in page["Content-Security-Policy"].split("style-src")[0]


@pytest.mark.parametrize("path", ["schema", "docs"])
@pytest.mark.parametrize(
    ("method", "accept", "failure"),
    [
        ("POST", "*/*", (405, "METHOD_NOT_ALLOWED")),
        ("GET", "image/png", (406, "NOT_ACCEPTABLE")),
    ],
)
def test_documentation_fails_as_the_rest_does(anonymous, path, method, accept, failure):
    answer = anonymous.generic(method, f"/api/v1/{path}", headers={"Accept": accept})

    assert answer["Content-Type"] == "application/json"
    assert (answer.status_code, answer.json()["error"]) == failure
