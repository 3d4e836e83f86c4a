"""The arena's pages as a reader finds them: what stands in them, without their markup."""

import re
from html import unescape
from html.parser import HTMLParser


class Page(HTMLParser):
    """The text of a page, and what its links lead to."""

    def __init__(self, answer):
        super().__init__()
        self.links = []
        self.words = []
        self.hidden = False
        self.feed(answer.content.decode())

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "a":
            self.links.append(attributes["href"])
        self.hidden = tag == "title"

    def handle_endtag(self, tag):
        self.words.append("" if tag in {"a", "abbr", "b", "span", "time"} else " ")

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", unescape("".join(self.words))).strip()

    def has(self, *texts):
        """Tell of each text whether it stands in the page."""
        return [text in self.text for text in texts]


def rows(answer, table="board"):
    """Return the text of each row of the part of a table that has an id."""
    body = answer.content.decode().split(f'<tbody id="{table}">')[1].split("</tbody>")[0]
    plain = [re.sub(r"<[^>]+>", "", row) for row in body.split("<tr")[1:]]
    return [re.sub(r"\s+", " ", unescape(row.partition(">")[2])).strip() for row in plain]
