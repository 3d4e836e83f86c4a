"""What a message may not say: blocked words and links, however they are disguised."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any

# What looks like a Latin letter and is none to Unicode's compatibility forms.
LOOK_ALIKES = str.maketrans(
    "авгеёзикмнпорстухьіїјѕԁԛԝһαβεηικνορτυχγωøłđıæœ",
    "abreeзukmhnopctyxbiijsdqwhabehikvoptuxywoldiao",
)
# Digits and signs that stand for letters.
DIGITS = str.maketrans("013457869", "oieastbgg")
SIGNS = str.maketrans("@$!|€£", "asiiel")
# Stand for a dot in an address.
DOTS = str.maketrans("\u3002\u2024\uff61\u00b7", "....")
GAP = r"[\W_]*+"
LONG_RUN = re.compile(r"([^\W_])\1{3,}")
# How often a letter may be repeated with gaps; without, any number is as good as three.
REPEATED = 3

# Endings by which a name is taken for a site.
SITES = (
    "com|net|org|info|biz|io|co|gg|tv|xyz|app|dev|shop|site|online|store|club|live|link|top|vip|pro"
    "|fun|click|space|website|cc|ws|eu|uk|de|fr|nl|es|pl|ru|ua|cn|jp|br|ca|au|ch|se|ly"
)
# Endings that are words as well: only before a path.
WORDS = "me|to|it|is|in|at|so|us|my|no|be|am|im|fm|ai|do|pw|tk|ml|id"
# Every part is possessive and begins where no other can, so that no text takes long.
LINK = re.compile(
    rf"""
    \bh(?:tt|xx)ps?\s*+:\s*+/\s*+/\s*+(?P<address>[^\s/?\#]*+)
    | (?<![\w.-])www\s*+\.\s*+(?P<www>(?:[\w-]++\.?)++)
    | (?<![\w.-])(?P<site>(?:[\w-]++\.(?=[\w-]))++(?:(?:{SITES})(?![\w-])|(?:{WORDS})(?=/\w)))
    | (?<![\w.-])(?P<apart>[\w-]++
        (?:\s++\.\s?|\s?[(\[{{]\s?(?:\.|dot|punkt)\s?[)\]}}]\s?|\s++dot\s++)(?:{SITES}))(?![\w-])
    """,
    re.VERBOSE,
)


def refused(text: str, settings: Mapping[str, Any]) -> str:
    """Say what is wrong with a text by the configuration of the chat, or ""."""
    if has_blocked_word(text, settings["blocked_words"]):
        return "This message has a word that is not allowed."
    if not settings["links_allowed"] and has_link(text, settings["link_sites"]):
        return "Links are not allowed."
    return ""


def has_blocked_word(text: str, words: str) -> bool:
    """Tell whether a text has one of the words, which are separated by commas.

    Case, accents, letters of other scripts that look alike, digits for letters, doubled letters
    and anything between the letters make no difference; a longer word that has it within does.
    """
    pattern = compiled(words)
    return pattern is not None and any(pattern.search(form) for form in forms(text))


def forms(text: str) -> tuple[str, str]:
    """Return how a text reads: with signs as what separates letters, and as letters."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(each for each in decomposed if unicodedata.category(each) not in {"Mn", "Cf"})
    latin = plain.translate(LOOK_ALIKES)
    return shortened(latin), shortened(latin.translate(SIGNS))


def shortened(text: str) -> str:
    """Read digits as letters, and a letter that is repeated again and again as three of it."""
    return LONG_RUN.sub(r"\1\1\1", text.translate(DIGITS))


@lru_cache(maxsize=8)
def compiled(words: str) -> re.Pattern[str] | None:
    """Return the pattern of any of the words, each as `forms` would read it."""
    found = {re.sub(r"[\W_]", "", forms(word)[1]) for word in words.split(",")} - {""}
    if not found:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(spelled, sorted(found)))})(?![^\W_])")


def spelled(word: str) -> str:
    """Return the pattern of one word: each letter as often as in it or more, with any gaps.

    Nothing in it gives back what it has matched, and no run is long: no text takes long.
    """
    runs = [(re.escape(letter), len(list(run))) for letter, run in groupby(word)]
    return GAP.join(
        f"{letter}(?:{GAP}{letter}){{{count - 1},{count + REPEATED}}}+" for letter, count in runs
    )


def has_link(text: str, sites: str) -> bool:
    """Tell whether a text has an address of the web, but for those of the allowed sites."""
    plain = "".join(
        each
        for each in unicodedata.normalize("NFKC", text.translate(DOTS)).casefold()
        if unicodedata.category(each) != "Cf"
    )
    allowed = [site.strip().casefold() for site in sites.split(",") if site.strip()]
    return any(not is_allowed(host(found), allowed) for found in LINK.finditer(plain))


def host(found: re.Match[str]) -> str:
    """Return the site of an address; what is written apart is none that could be allowed."""
    name: str = found["address"] or found["www"] or found["site"] or ""
    return name.removesuffix(".")


def is_allowed(name: str, allowed: list[str]) -> bool:
    """Tell whether a site is one of the allowed ones or below it."""
    return any(name == site or name.endswith(f".{site}") for site in allowed)
