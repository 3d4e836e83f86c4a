"""Rules of the project that a person would forget to check."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib import admin

from administration.models import SchemaMigration
from tests.factories import accounts, administration, comms, market, tournaments, trading

ROOT = Path(__file__).parents[2]
FACTORIES = (accounts, administration, comms, market, tournaments, trading)
MODELS = [
    model
    for module in FACTORIES
    for model in apps.get_app_config(module.__name__.rpartition(".")[2]).get_models()
]
by_table = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.db_table)


def test_every_variable_is_described():
    code = "".join(path.read_text() for path in [*ROOT.glob("dayrade/**/*.py"), ROOT / "manage.py"])
    read = re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', code)
    read += re.findall(r'\b(?:environment\(\)\.\w+\(|os\.environ(?:\.get\(|\[))"([A-Z_]+)"', code)
    described = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    # PGHOST and its like are libpq's own.
    assert {name for name in read if not name.startswith("PG")} == set(described)


@by_table
def test_every_model_has_a_factory(model):
    made = {
        factory._meta.model
        for module in FACTORIES
        for name, factory in vars(module).items()
        if name.endswith("Factory") and hasattr(factory, "_meta")
    }

    # Migrations alone write their list.
    assert model in made or model is SchemaMigration


@by_table
def test_every_model_is_in_the_back_office(model):
    assert admin.site.is_registered(model)


@by_table
def test_every_model_says_what_a_row_is(model):
    assert "__str__" in vars(model)


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("a.example.com,b.example.com", "a.example.com"),
        (".example.com", "example.com"),
        ("*", "localhost"),
    ],
)
def test_container_asks_for_its_health_under_an_allowed_host(settings, rf, allowed, host):
    image = (ROOT / "Dockerfile").read_text()
    expression = re.search(r"'Host': (.+?)}", image)[1]
    settings.ALLOWED_HOSTS = allowed.split(",")

    asked = eval(expression, {"os": SimpleNamespace(environ={"ALLOWED_HOSTS": allowed})})

    assert asked == rf.get("/", headers={"Host": asked}).get_host() == host


def test_one_python_everywhere():
    version = (ROOT / ".python-version").read_text().strip()

    assert re.search(rf"python:{version}\.\d+-slim", (ROOT / "Dockerfile").read_text())


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/adr/*.md")), ids=lambda path: path.stem)
def test_decision_fits_on_a_page(path):
    text = path.read_text()

    assert len(text.splitlines()) <= 40
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
        "Rejected",
    ]


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")],
    ids=lambda path: path.name,
)
def test_link_leads_somewhere(path):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())

    assert [link for link in links if not (path.parent / link).exists()] == []
