"""Places in a template's static text that are filled with a message's own links.

A slot is a mark that no author can type: it carries a random word made for each compilation.
"""

import html
import re
import secrets
from collections.abc import Iterator

from campaigns.application.delivery.tracking import MessageLinks

OPEN = -1
UNSUBSCRIBE = -2
_FIRST_IN_TEXT = -3
PRESET = frozenset({"unsubscribe_url"})
_UNSUBSCRIBE_OUTPUT = re.compile(r"\{\{\s*unsubscribe_url\s*\}\}")


def in_text(number: int) -> int:
    """The slot of a link that stands in plain text, where nothing is escaped."""
    return _FIRST_IN_TEXT - number


class Slots:
    """Makes and finds the marks of one compilation."""

    def __init__(self) -> None:
        word = secrets.token_hex(8)
        self._shape = f"\ue000{word}:{{}}\ue001"
        self._mark = re.compile(f"\ue000{word}:(-?[0-9]+)\ue001")

    def mark(self, slot: int) -> str:
        """The text that stands for a slot."""
        return self._shape.format(slot)

    def with_unsubscribe(self, source: str) -> str:
        """The source with `{{ unsubscribe_url }}` as a slot."""
        return _UNSUBSCRIBE_OUTPUT.sub(self.mark(UNSUBSCRIBE), source)

    def pieces(self, text: str) -> Iterator[str | int]:
        """Static text and slots, in order."""
        for number, piece in enumerate(self._mark.split(text)):
            if number % 2:
                yield int(piece)
            elif piece:
                yield piece

    def fill(self, text: str, links: MessageLinks, seq: int) -> str:
        """A finished text with its slots filled."""
        return self._mark.sub(lambda found: link(links, seq, int(found[1])), text)


def link(links: MessageLinks, seq: int, slot: int) -> str:
    """The link that belongs into a slot."""
    if slot == OPEN:
        return links.opened(seq)
    if slot == UNSUBSCRIBE:
        return links.unsubscribe(seq)
    if slot <= _FIRST_IN_TEXT:
        return html.unescape(links.clicked(seq, _FIRST_IN_TEXT - slot))
    return links.clicked(seq, slot)
