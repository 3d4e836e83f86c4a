"""The documents that promise something name tests that are there."""

import ast
import re

import pytest

from tests.live.server import ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
DOCUMENTS = ("SECURITY.md", "docs/reliability.md")


def functions(path):
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_named_tests_are_there(document):
    named = NAMED.findall((ROOT / document).read_text())

    missing = [
        (path, name)
        for path, name in named
        if not (ROOT / path).is_file() or (name and name not in functions(path))
    ]

    assert named
    assert missing == []
