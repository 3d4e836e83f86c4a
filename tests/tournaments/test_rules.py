"""The rules of a tournament are declared, with their types and defaults."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from tournaments import rules
from tournaments.rules import Rules


@pytest.mark.parametrize("stored", [None, {}, {"unknown": 1}])
def test_nothing_stored_is_the_defaults(stored):
    assert Rules.read(stored) == Rules()


def test_stored_rules_are_read():
    stored = {"kyc_required": False, "freeze_at": "2027-03-12T20:00:00Z", "snapshot_seconds": 5}

    assert Rules.read(stored) == Rules(
        kyc_required=False, freeze_at=datetime(2027, 3, 12, 20, tzinfo=UTC), snapshot_seconds=5
    )


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {"trades_public": True, "kyc_required": False},
        {"freeze_at": None},
        {"freeze_at": "2027-03-12T20:00:00+01:00"},
        {"snapshot_seconds": 1, "staleness_seconds": 86_400},
    ],
)
def test_good_rules_pass(stored):
    rules.validate(stored)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ({"kyc": True}, "Unknown rule: kyc."),
        ({"kyc_required": 1}, "kyc_required must be true or false."),
        ({"freeze_at": "soon"}, "freeze_at must be an instant such as 2027-03-12T20:00:00Z."),
        *(
            ({"freeze_at": at}, "freeze_at must be an instant such as 2027-03-12T20:00:00Z.")
            for at in ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
        ),
        (
            {"freeze_at": "2027-03-12T20:00:00"},
            "freeze_at must be an instant such as 2027-03-12T20:00:00Z.",
        ),
        (
            {"freeze_at": "2027-13-12T20:00:00Z"},
            "freeze_at must be an instant such as 2027-03-12T20:00:00Z.",
        ),
        (
            {"snapshot_seconds": 0},
            "snapshot_seconds must be a whole number of seconds from 1 to 86400.",
        ),
        (
            {"snapshot_seconds": True},
            "snapshot_seconds must be a whole number of seconds from 1 to 86400.",
        ),
    ],
)
def test_wrong_rules_are_named(stored, said):
    with pytest.raises(ValidationError) as caught:
        rules.validate(stored)

    assert caught.value.message_dict == {"rules": [said]}
