"""The API as its document has it: operations, fields, and who may call what."""

import copy
import functools
import json
import random
from dataclasses import dataclass, field
from urllib.parse import quote

import yaml

from tests.dayrade.routes import shape
from tests.dayrade.test_permissions import ROWS
from tests.live.server import ROOT
from tests.sizes import FULL_SIZE

DOCUMENT = ROOT / "docs" / "openapi.yaml"
API = "/api/v1/"
# The columns of the table of permissions, by role.
COLUMN = {
    "anonymous": "anonymous",
    "user": "owner",
    "moderator": "moderator",
    "admin": "admin",
    "provider": "provider",
}
REFUSED = {401, 403, 404}
# What a text of that format may look like.
FORMATS = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "date-time": "2026-05-01T12:00:00Z",
    "date": "1990-05-01",
    "email": "somebody@example.com",
    "uri": "https://example.com/a",
    "decimal": "1.00",
}
# Stands in a body for what is planted there, which need not be what a program can write.
PLACE = "@planted@"
SEED = 20260301


@dataclass(frozen=True)
class Operation:
    """One operation, and what it takes."""

    method: str
    path: str
    schema: dict = field(repr=False)
    parameters: tuple = field(repr=False)

    @property
    def name(self):
        return f"{self.method} {self.path}"

    def named(self, place):
        return [found["name"] for found in self.parameters if found["in"] == place]

    def rows(self):
        """Return the table's paths for the operation, and the answers there."""
        wanted = self.method, shape(self.path.removeprefix(API))
        return [(path, of) for method, path, of in ROWS if (method, shape(path)) == wanted]

    def roles(self):
        """Return who may call it, each with a path where it has most to do."""
        found = {}
        for role, column in COLUMN.items():
            open_to = [(path, of[column]) for path, of in self.rows() if of[column] not in REFUSED]
            if open_to:
                found[role] = API + min(open_to, key=lambda row: row[1] == 409)[0]
        # Its own secrets open them, which the table does not have.
        return {"provider": self.path} if "/webhooks/" in self.path else found


@functools.cache
def document():
    return yaml.safe_load(DOCUMENT.read_text())


def resolved(schema):
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for way in ("allOf", "anyOf", "oneOf"):
        if way in schema:
            return resolved(schema[way][0])
    return schema


def operations():
    for path, methods in document()["paths"].items():
        for method, found in methods.items():
            content = found.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            yield Operation(method, path, schema, tuple(found.get("parameters", ())))


def sample(schema):
    """Return a value that fits a schema, as far as a schema can tell."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "example" in schema:
        return schema["example"]
    inner = schema.get("properties", {}).items()
    by_type = {
        "object": lambda: {name: sample(of) for name, of in inner if not of.get("readOnly")},
        "array": lambda: [sample(schema["items"])],
        "integer": lambda: max(1, schema.get("minimum", 1)),
        "number": lambda: max(1, schema.get("minimum", 1)),
        "boolean": lambda: True,
        "string": lambda: FORMATS.get(schema.get("format"), "Some text"),
    }
    return by_type.get(schema.get("type", "string"))()


def places(schema, before=()):
    """Yield where in a body a value stands, inner ones too."""
    schema = resolved(schema)
    for name, inner in schema.get("properties", {}).items():
        yield (*before, name)
        yield from places(inner, (*before, name))
    if schema.get("type") == "array":
        yield (*before, 0)
        yield from places(schema["items"], (*before, 0))


def planted(body, place, raw):
    """Return the JSON of a body with other JSON in one place."""
    made = copy.deepcopy(body)
    inner = made
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = PLACE
    return json.dumps(made).replace(json.dumps(PLACE), raw)


def behind(path, name):
    """Return what a name in a path stands for: an id is told by what comes before it."""
    if name != "id":
        return name
    return path.partition("/{id}")[0].rpartition("/")[2]


def chosen(values, count, what):
    """Return the names of all values, or of those whose turn it is at what they are sent to."""
    names = sorted(values)
    if FULL_SIZE:
        return names
    return random.Random(f"{SEED} {what}").sample(names, min(count, len(names)))


def roles(operation):
    """Return everybody who may call it, or at the usual size the one with the most rights."""
    found = list(operation.roles().items())
    return found if FULL_SIZE else found[-1:]


def filled(path, names):
    return quote(path.format(**names), safe="/:@")
