"""Classes of the back office's templates: each has a rule in a style sheet, or a script's use."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from dayrade.environment import BASE_DIR

SHEETS = ("unfold/css/styles.css", "dayrade/backoffice.css", "dayrade/moderation/desk.css")
#: What is looked for by scripts, or is of the framework's.
HOOKS = {"colM", "submit-row"}
TEMPLATES = sorted(
    path.relative_to(BASE_DIR / "templates")
    for folder in ("admin", "registration", "unfold")
    for path in (BASE_DIR / "templates" / folder).rglob("*.html")
)


@pytest.fixture(scope="module")
def styled():
    """Return every name that a rule is about."""
    text = "".join(Path(finders.find(sheet)).read_text() for sheet in SHEETS)
    return set(re.findall(r"\.((?:[\w-]|\\.)+)", text))


def classes(text):
    """Return what stands in the attributes, without what is put there at run time."""
    found = re.findall(r'(?<![:\w-])class="([^"]*)"', text)
    return {name for each in found for name in re.sub(r"{[{%].*?[%}]}", " ", each).split()}


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_classes_have_rules(template, styled):
    text = (BASE_DIR / "templates" / template).read_text()

    escaped = {name: re.sub(r"([^\w-])", r"\\\1", name) for name in classes(text) - HOOKS}

    assert [name for name, spelled in escaped.items() if spelled not in styled] == []
