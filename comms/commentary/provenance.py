"""Whether a text says only what is known: its numbers and names are those of its facts."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
TOKEN = re.compile(r"[^\W\d_][\w']*")
SENTENCE = re.compile(r"[.!?:;]\s+|^")
UNITS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
#: Words for numbers; "one" is left out, because it is seldom meant as a number.
NUMERALS = (
    {word: Decimal(value) for value, word in enumerate(UNITS.split(), 2)}
    | {word: Decimal(value * 10) for value, word in enumerate(TENS.split(), 2)}
    | {"zero": Decimal(0)}
)
#: Words that make another number of what stands before them, or a number out of nothing.
MULTIPLES = {
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "billions",
    "trillion",
    "dozen",
    "dozens",
    "half",
    "double",
    "doubled",
    "triple",
    "tripled",
    "twice",
}
#: Capitals that name nobody.
ALLOWED = {"I", "I'm", "I've", "I'd", "I'll", "P", "L"}


def unfounded(text: str, data: Mapping[str, Any]) -> set[str]:
    """Return the numbers and names of a text that its facts do not have.

    A name is a word with a capital within a sentence; the first word of one may be any.
    """
    known = list(_texts(data))
    known_words = {word.lower() for said in known for word in TOKEN.findall(said)}
    found = {str(number) for number in numbers(text) - {n for said in known for n in numbers(said)}}
    found |= {
        word for word in map(str.lower, TOKEN.findall(text)) if word in MULTIPLES - known_words
    }
    openings = {match.end() for match in SENTENCE.finditer(text)}
    for match in TOKEN.finditer(text):
        word = match.group()
        shouted = len(word) > 1 and word.isupper()
        named = word[0].isupper() and match.start() not in openings
        if (shouted or named) and word not in ALLOWED and _bare(word) not in known_words:
            found.add(word)
    return found


def numbers(text: str) -> set[Decimal]:
    """Return the numbers in a text, in digits or in words."""
    found = {Decimal(match.replace(",", "")) for match in DIGITS.findall(text)}
    return found | {NUMERALS[word] for word in TOKEN.findall(text.lower()) if word in NUMERALS}


def _bare(word: str) -> str:
    return word.lower().removesuffix("'s")


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping):
        for name, value in data.items():
            # Nobody says an id, and by chance its digits would vouch for any number.
            if not name.endswith("_id"):
                yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)
    elif data is not None:
        yield str(data)
