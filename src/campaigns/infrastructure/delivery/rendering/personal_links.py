"""Links made for each person: nobody can say beforehand where they lead, so that their clicks are not counted."""

import re
from collections.abc import Iterator

from campaigns.domain.shared.channels import ChannelType, Content
from campaigns.domain.shared.errors import Violation
from campaigns.infrastructure.delivery.rendering.tracked_text import LINK, LIQUID

_ANCHOR = re.compile(
    rf"<(?:a|area)\b[^<>]*?\shref\s*=\s*(?P<quote>[\"'])"
    rf"(?P<url>(?:{LIQUID}|(?!(?P=quote))(?:[^<>{{]|\{{(?![{{%])))*)(?P=quote)",
    re.IGNORECASE,
)
_WAY_OUT = re.compile(r"\{\{\s*unsubscribe_url\s*\}\}")


def untracked_links(content: Content, channel: ChannelType) -> tuple[Violation, ...]:
    """A mail's links whose clicks will not be counted, each by its field."""
    if channel is not ChannelType.EMAIL:
        return ()
    return tuple(
        Violation(f"/{field}", f"clicks on {url[:200]} are not counted: the address is made for each person")
        for field, url in dict.fromkeys(_personal(content))
    )


def _personal(content: Content) -> Iterator[tuple[str, str]]:
    for field, pattern in (("body_html", _ANCHOR), ("body_text", LINK)):
        for found in pattern.finditer(getattr(content, field) or ""):
            url = found["url"] or ""
            if "{" in url and not _WAY_OUT.fullmatch(url.strip()):
                yield field, url
