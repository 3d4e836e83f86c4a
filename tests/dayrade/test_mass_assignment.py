"""What an operation does not take is refused by name, whoever sends it."""

import pytest
from django.db.transaction import atomic, set_rollback

from dayrade.api.views import document
from tests.dayrade.routes import shape
from tests.dayrade.test_permissions import ROWS

pytestmark = pytest.mark.django_db

# So many wrong names are told at once.
AT_ONCE = 20
REFUSED = (["Unknown field."], ["This field is read-only."])


def resolved(schema, whole):
    if "$ref" in schema:
        return whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def properties(content, whole):
    """Return the names in a body as the document describes it."""
    schema = resolved(content.get("application/json", {}).get("schema", {}), whole)
    return set(schema.get("properties", {}))


def operations():
    """Every operation with a body: what it takes, and what it shows but does not take."""
    whole = document()
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            # What a webhook tells beside what we follow is left alone.
            if "requestBody" in operation and "/webhooks/" not in path:
                taken = properties(operation["requestBody"]["content"], whole)
                shown = set()
                for status, answer in operation["responses"].items():
                    if status.startswith("2"):
                        shown |= properties(answer.get("content", {}), whole)
                yield method, path.removeprefix("/api/v1/"), taken, sorted(shown - taken)


def may(method, path):
    """Return the path of the table for an operation, and somebody who may call it."""
    for row_method, row_path, columns in ROWS:
        if (row_method, shape(row_path)) == (method, shape(path)):
            for name in ("admin", "owner", "anonymous", "provider"):
                if columns[name] not in {401, 403, 404, 409}:
                    return row_path, name
    raise AssertionError(f"nobody may {method} {path}")


@pytest.mark.parametrize("operation", list(operations()), ids=lambda found: " ".join(found[:2]))
def test_what_is_not_taken_is_refused_by_name(world, operation):
    method, path, taken, read_only = operation
    where, who = may(method, path)
    assert taken

    names = ["is_superuser", "password_hash", "no such field", *read_only]
    for start in range(0, len(names), AT_ONCE):
        sent = names[start : start + AT_ONCE]
        with atomic():
            answer = world.ask(who, method, where, dict.fromkeys(sent, "x"))
            set_rollback(True)

        assert answer.status_code == 400
        details = answer.json()["details"]
        assert [name for name in sent if details.get(name) not in REFUSED] == []
