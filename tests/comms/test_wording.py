"""Blocked words and links, however they are disguised."""

import pytest

from comms.services import wording

WORDS = "scam, Idiot,fool, ass, 420blaze,"


@pytest.mark.parametrize(
    "text",
    [
        "what a SCAM",
        "s c a m",
        "s.c_a-m!",
        "sc4m",
        "\u0455\u0441\u0430m",
        "\uff53\uff43\uff41\uff4d",
        "scaaaaaaaaaam",
        "s\u200bcam",
        "s\u00e7\u00e2m",
        "1d10t",
        "@fool",
        "a$$",
        "@ss",
        "420 BLAZE",
        "(scam)",
    ],
)
def test_blocked_word_is_seen(text):
    assert wording.has_blocked_word(text, WORDS)


@pytest.mark.parametrize("text", ["class", "scampi", "as sure", "assess", "his cam", "foolish", ""])
def test_other_words_are_let_through(text):
    assert not wording.has_blocked_word(text, WORDS)


def test_without_words_nothing_is_blocked():
    assert not wording.has_blocked_word("scam", " , ")


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example",
        "HXXP : // x.y",
        "www.foo.bar",
        "see example.com now",
        "end with example.com.",
        "example . com",
        "example[dot]com",
        "example dot com",
        "t.me/join",
        "discord.gg/abc",
        "example\u3002com",
        "exam\u200bple.com",
        "\uff45\uff58ample.com",
        "https://dayrade.example.com@evil.example/",
        "https://evil.example/dayrade.example.com",
        "notdayrade.example.com",
    ],
)
def test_link_is_seen(text):
    assert wording.has_link(text, "dayrade.example.com, example.org")


@pytest.mark.parametrize(
    "text",
    [
        "I like it. Net result: flat",
        "done.lol",
        "told.me so",
        "AAPL at 187.25",
        "e.g. this",
        "and so.is it",
        "https://dayrade.example.com/rules",
        "www.example.org",
        "help.example.org",
    ],
)
def test_what_is_no_link_or_an_allowed_one_is_let_through(text):
    assert not wording.has_link(text, "dayrade.example.com, example.org")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "This message has a word that is not allowed."),
        ({"blocked_words": ""}, "Links are not allowed."),
        ({"blocked_words": "", "links_allowed": True}, ""),
        ({"blocked_words": "", "link_sites": "example.com"}, ""),
    ],
)
def test_configuration_decides(given, said):
    plain = {"blocked_words": "scam", "links_allowed": False, "link_sites": ""}

    assert wording.refused("scam example.com", plain | given) == said


@pytest.mark.parametrize("text", ["a" * 1000, "s " * 500, "a." * 500, "http" * 250, "x-" * 500])
def test_long_texts_are_read_to_their_end(text):
    """A pattern that goes back and forth would take minutes."""
    words = ",".join(f"s{letter}am" for letter in "abcdefghijklmnopqrstuvwxyz")

    assert not wording.has_blocked_word(text, words)
    assert not wording.has_link(text, "")
