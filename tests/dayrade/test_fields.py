"""What clients may send, field by field; unreadable bytes go through a live view."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rest_framework.exceptions import ValidationError

from dayrade.api.fields import Amount, Choice, Flag, Instant, Json, Text, Url, Whole
from dayrade.api.serializers import Input
from tests.factories.accounts import UserFactory


def nested(depth):
    value = "x"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("field", "sent", "taken"),
    [
        (Text(), " Zürich 🚀 ", "Zürich 🚀"),
        (Text(trim_whitespace=False), " x ", " x "),
        (Text(multiline=True), "a\r\nb\tc", "a\nb\tc"),
        (Text(pattern="[A-Z]{3}", said=""), "USD", "USD"),
        (Url(), "https://example.com/a?b=1", "https://example.com/a?b=1"),
        (Choice(["a", "b"]), "b", "b"),
        (Flag(), False, False),
        (Whole(), 7, 7),
        (Amount(max_digits=5, decimal_places=2), "-123.45", Decimal("-123.45")),
        (Amount(max_digits=5, decimal_places=2), 12, Decimal(12)),
        (Instant(), "2026-01-31T12:00:00+05:45", datetime(2026, 1, 31, 6, 15, tzinfo=UTC)),
        (Instant(), "2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        (Json(), {"a": [1, None, True, 1.5, "ü\n"]}, {"a": [1, None, True, 1.5, "ü\n"]}),
        (Json(), {"a": [Decimal("1.5")]}, {"a": [1.5]}),
        (Json(kind=dict), {}, {}),
        (Json(), nested(32), nested(32)),
    ],
)
def test_field_takes(field, sent, taken):
    assert field.run_validation(sent) == taken


UNREADABLE = "\x00\x08\x1b\x7f\x85\u202e\u2028\ufffe\ud800"
CONTROL = "Control characters are not allowed."
NUMBER = 'Write the number as a string, such as "12.50".'
INSTANT = "Write an instant with its offset, such as 2026-01-31T12:00:00Z."


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        *(
            (Text(), f"a{sign}b", CONTROL)
            for sign in "\x00\x08\x1b\x7f\x85\u202e\u2028\ufffe\ud800"
        ),
        (Text(), "a\nb", "Write it on one line."),
        (Text(), "a\tb", "Write it on one line."),
        (Text(multiline=True), "a\x00b", CONTROL),
        (Text(), 7, "Not a valid string."),
        (Text(), ["a"], "Not a valid string."),
        (Text(), "  ", "This field may not be blank."),
        (Text(pattern="[A-Z]{3}", said="Three letters."), "USDX", "Three letters."),
        (Text(pattern="[0-9]", said="A digit."), "²", "A digit."),
        *(
            (Url(), url, "Enter an http or https address.")
            for url in ("javascript:alert(1)", "ftp://example.com", "//example.com", "x")
        ),
        (Choice(["a", "b"]), "c\ud800", "Choose one of: a, b."),
        (Choice(["a", "b"]), ["a"], "Choose one of: a, b."),
        *((Flag(), value, "Must be true or false.") for value in ("true", 1, 0)),
        *((Whole(), value, "A valid integer is required.") for value in ("7", 7.0, True, [])),
        (Amount(max_digits=5, decimal_places=2), Decimal("1.5"), NUMBER),
        (Whole(), 2**31, "Ensure this value is less than or equal to 2147483647."),
        (Whole(), 10**400, "Ensure this value is less than or equal to 2147483647."),
        (Whole(), -(2**31), "Ensure this value is greater than or equal to -2147483647."),
        *(
            (Amount(max_digits=5, decimal_places=2), value, NUMBER)
            for value in (1.5, "NaN", "Infinity", "1e400", "1e-9", "٣", "", "1,5", True, " 1")
        ),
        (
            Amount(max_digits=5, decimal_places=2),
            "1" * 1000,
            "Ensure that there are no more than 5 digits in total.",
        ),
        (
            Amount(max_digits=5, decimal_places=2),
            "1.005",
            "Ensure that there are no more than 2 decimal places.",
        ),
        *(
            (Instant(), value, INSTANT)
            for value in (
                "2026-01-31",
                "2026-01-31T12:00:00",
                "2026-02-30T12:00:00Z",
                "0001-01-01T00:00:00+14:00",
                "x",
                7,
            )
        ),
        (Json(), nested(33), "Must not be nested deeper than 32."),
        (Json(), nested(20_000), "Must not be nested deeper than 32."),
        (Json(), {"a": float("nan")}, "NaN and infinity are not allowed."),
        (Json(), [Decimal("9e999")], "NaN and infinity are not allowed."),
        (Json(), [float("inf")], "NaN and infinity are not allowed."),
        (Json(), {"a": "\x00"}, CONTROL),
        (Json(), {"\x00": 1}, CONTROL),
        (Json(), "\ud800", CONTROL),
        (Json(kind=dict), [], "Must be an object."),
        (Json(kind=list), {}, "Must be a list."),
    ],
)
def test_field_refuses(field, sent, said):
    with pytest.raises(ValidationError) as refused:
        field.run_validation(sent)

    assert [str(message) for message in refused.value.detail] == [said]


class TwoFields(Input):
    name = Text()
    size = Whole(required=False)


@pytest.mark.parametrize(
    ("sent", "details"),
    [
        ({}, {"name": ["This field is required."]}),
        ({"name": "a", "color": 1}, {"color": ["Unknown field."]}),
        (
            {"nmae": "a", "size": "x"},
            {
                "nmae": ["Unknown field."],
                "name": ["This field is required."],
                "size": ["A valid integer is required."],
            },
        ),
        ([], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
        ({"name": "a", "\ud800": 1}, {"\\ud800": ["Unknown field."]}),
    ],
)
def test_input_names_everything_that_is_wrong(sent, details):
    body = TwoFields(data=sent)

    assert not body.is_valid()
    assert body.errors == details


def test_input_names_twenty_unknown_fields_at_most():
    body = TwoFields(data={"name": "a"} | {f"x{n}": 1 for n in range(1000)})

    assert not body.is_valid()
    assert len(body.errors) == 20


HOSTILE = [
    '"\\u0000"',
    '"\\ud800"',
    "NaN",
    "-Infinity",
    "1e400",
    "9" * 5000,
    "[" * 400 + "]" * 400,
    '{"a":' * 400 + "1" + "}" * 400,
    '"' + "x" * 200_000 + '"',
]


@pytest.mark.django_db
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize(
    "field", ["name", "start_date", "max_participants", "entry_fee", "\\ud800"]
)
def test_hostile_values_are_refused(client_of, field, value):
    admin = client_of(UserFactory(admin=True))

    answer = admin.post(
        "/api/v1/tournaments", f'{{"{field}": {value}}}', content_type="application/json"
    )

    assert answer.status_code == 400
    assert answer.json()["success"] is False


@pytest.mark.django_db
def test_hostile_rules_are_refused(client_of):
    admin = client_of(UserFactory(admin=True))

    answer = admin.post("/api/v1/tournaments", {"rules": nested(40)})

    assert json.loads(answer.content)["details"]["rules"] == ["Must be an object."]
