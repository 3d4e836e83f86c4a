"""What a session runs on."""

import subprocess
import sys

import pytest

from accounts import devices

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("agent", "name", "found", "shown"),
    [
        (FIREFOX, "", {"browser": "Firefox", "system": "Linux"}, "Firefox on Linux"),
        (IPHONE, "", {"browser": "Mobile Safari", "system": "iOS"}, "Mobile Safari on iOS"),
        (
            FIREFOX,
            "Work laptop",
            {"name": "Work laptop", "browser": "Firefox", "system": "Linux"},
            "Work laptop (Firefox on Linux)",
        ),
        ("curl/8.5.0", "", {"browser": "curl"}, "curl"),
        ("Something (Linux)", "", {"system": "Linux"}, "Linux"),
        ("dayrade-ios/1.0", "My phone", {"name": "My phone"}, "My phone"),
        ("", "", {}, None),
        ("x" * 500, "", {}, None),
    ],
)
def test_device_is_described(agent, name, found, shown):
    info = devices.described(agent, name)

    assert info == found
    assert devices.label(info) == shown


def test_unknown_device_has_no_label():
    assert devices.label(None) is None


def test_expressions_are_loaded_only_when_they_are_needed():
    code = "import sys; from accounts import devices; print('ua_parser' in sys.modules)"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout == "False\n"
