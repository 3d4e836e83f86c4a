"""Looking for words in texts by an index, in whatever language they are."""

import functools
import operator
import re

from django.contrib.postgres.search import Lexeme, SearchQuery, SearchVector

CONFIG = "simple"
LETTER = re.compile(r"[^\W_]")
#: Nobody types more of them.
WORDS_MAX = 10


def words(*fields: str) -> SearchVector:
    """Return the words of some columns, as an index holds them and as a query asks for them."""
    return SearchVector(*fields, config=CONFIG)


def beginning(text: str) -> SearchQuery:
    """Ask for all words of a text, each of which may be the beginning of one.

    A text without any asks for what is never there.
    """
    typed = [word for word in text.replace("\0", " ").split() if LETTER.search(word)]
    if not typed:
        return SearchQuery("", config=CONFIG)
    lexemes = [Lexeme(word, prefix=True) for word in typed[:WORDS_MAX]]
    return SearchQuery(functools.reduce(operator.and_, lexemes), config=CONFIG)
