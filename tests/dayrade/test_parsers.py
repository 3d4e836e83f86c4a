"""The parser's own rules; tests/live/test_bodies.py sends them through a server."""

import json
from decimal import Decimal

import pytest
from rest_framework.exceptions import ParseError

from dayrade.api.errors import Refused
from dayrade.api.parsers import MAX_DEPTH, parsed, too_deep


def refused(code, details):
    def matches(error):
        return (error.answer.error, error.details) == (code, details)

    return pytest.raises(Refused, check=matches)


def nested(depth):
    return '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)


def test_plain_values_are_what_json_says():
    text = '{"a": [1, -2, true, null, "x"], "b": {"c": 1.50}}'

    assert parsed(text) == {"a": [1, -2, True, None, "x"], "b": {"c": Decimal("1.50")}}


def test_batch_of_many_objects_is_not_deep():
    text = json.dumps({"trades": [{"id": number, "tags": ["[", "{"]} for number in range(100)]})

    assert len(parsed(text)["trades"]) == 100


@pytest.mark.parametrize("padding", ["", '"b": [[], [], []], '])
def test_depth_has_a_limit(padding):
    deepest = nested(MAX_DEPTH).replace("{", "{" + padding, 1)
    deeper = nested(MAX_DEPTH + 1).replace("{", "{" + padding, 1)

    parsed(deepest)
    with refused("PAYLOAD_TOO_COMPLEX", {"a": ["At most 64 levels are accepted."]}):
        parsed(deeper)


def test_field_of_the_depth_is_found_past_brackets_in_strings():
    text = r'{"x[[": "]]\"[", "y\"": ' + "[" * 100

    assert list(too_deep(text).details) == ['y"']


def test_every_unstorable_field_is_named():
    text = r'{"a": "\u0000", "b": [{"c": "\udc00"}], "d": NaN}'
    character = ["Null characters and unpaired surrogates are not allowed."]

    with refused(
        "INVALID_CHARACTER",
        {"a": character, "b.0.c": character, "d": ["This number is out of range."]},
    ):
        parsed(text)


def test_no_more_problems_are_told_than_a_person_reads():
    text = json.dumps({str(number): "\0" for number in range(1000)})

    with pytest.raises(Refused) as refusal:
        parsed(text)

    assert len(refusal.value.details) == 20


def test_escapes_that_are_pairs_or_escaped_themselves_pass():
    assert parsed(r'{"a": "\ud83d\ude00", "b": "\\u0000"}') == {"a": "😀", "b": r"\u0000"}


@pytest.mark.parametrize("number", ["9" * 308, "-1e308", "1e-308", "0." + "1" * 398])
def test_numbers_of_a_double_s_range_are_exact(number):
    assert parsed(f'{{"a": {number}}}') == {"a": Decimal(number)}


@pytest.mark.parametrize("number", ["9" * 309, "1e309", "1e-309", "0." + "1" * 399, "Infinity"])
def test_numbers_beyond_it_are_refused(number):
    with refused("NUMERIC_OUT_OF_RANGE", {"a": ["This number is out of range."]}):
        parsed(f'{{"a": {number}}}')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Malformed JSON at line 1, column 1: Expecting value"),
        ("{\n'a'}", "Malformed JSON at line 2, column 1: "),
        ('{"a": 1} x', "Malformed JSON at line 1, column 10: Extra data"),
        ('\ufeff{"a": 1}', "Malformed JSON at line 1, column 1: Unexpected UTF-8 BOM"),
        ('{"a": "\x01"}', "Malformed JSON at line 1, column 8: Invalid control character at"),
    ],
)
def test_malformed_json_tells_the_place(text, said):
    with pytest.raises(ParseError) as refusal:
        parsed(text)

    assert str(refusal.value.detail).startswith(said)
