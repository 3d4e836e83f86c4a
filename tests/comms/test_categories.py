"""Whatever people are told is of a category that they can choose for."""

import re
from pathlib import Path

from comms.categories import PREFIXES

ROOT = Path(__file__).parents[2]
#: A type where it is written: "kyc.approved", f"kyc.{status}".
TYPE = re.compile(r'\btype=(?:\(\s*)?f?"(\w+)\.')


def test_every_type_is_of_a_category():
    apps = ("accounts", "administration", "comms", "market", "tournaments", "trading")
    written = {
        prefix
        for app in apps
        for path in (ROOT / app).rglob("services/*.py")
        for prefix in TYPE.findall(path.read_text())
    }

    assert written >= {"kyc", "session", "trade", "booking", "email"}
    assert written - set(PREFIXES) == set()
