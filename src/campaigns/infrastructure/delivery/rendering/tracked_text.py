"""A plain-text mail with its links and its way out marked as slots; done once per execution."""

import re

from campaigns.infrastructure.delivery.rendering.slots import UNSUBSCRIBE, Slots, in_text
from campaigns.infrastructure.delivery.rendering.targets import Targets

LIQUID = r"\{\{[^{}]*\}\}|\{%[^{}]*%\}"
# What stands between Liquid's braces is no link; an address that holds Liquid leads elsewhere for each person.
LINK = re.compile(
    rf"(?P<liquid>{LIQUID})|(?P<url>https?://(?:{LIQUID}|[^\s<>\"'{{}}\x00-\x20\ue000\ue001])+)", re.IGNORECASE
)
_ENDS_A_SENTENCE = ".,;:!?*_"


def tracked_text(source: str, targets: Targets, slots: Slots) -> str:
    """The source with slots: a click link for every fixed web address, and an unsubscribe link."""

    def slot_of(found: re.Match[str]) -> str:
        url = found["url"]
        if url is None or "{" in url:
            return found[0]
        address = _without_what_follows(url)
        if address.endswith("//"):
            return url
        return slots.mark(in_text(targets.number(address))) + url[len(address) :]

    marked = slots.with_unsubscribe(LINK.sub(slot_of, source))
    return marked if slots.mark(UNSUBSCRIBE) in marked else f"{marked}\n\n-- \n{slots.mark(UNSUBSCRIBE)}\n"


def _without_what_follows(url: str) -> str:
    """An address ends before the sentence's own punctuation, and before a bracket that it did not open."""
    while url[-1] in _ENDS_A_SENTENCE or (url[-1] in ")]" and url.count(")") + url.count("]") > _opened(url)):
        url = url[:-1]
    return url


def _opened(url: str) -> int:
    return url.count("(") + url.count("[")
