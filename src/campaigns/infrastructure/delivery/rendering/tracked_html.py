"""An HTML mail with its links, its open picture and its way out marked as slots; done once per execution."""

import html
import re

from campaigns.domain.analytics.tokens import TRAP_LINK
from campaigns.infrastructure.delivery.rendering.slots import OPEN, UNSUBSCRIBE, Slots
from campaigns.infrastructure.delivery.rendering.targets import Targets

# Links whose address holds Liquid lead to a different place for each person: they are left as they are.
_ANCHOR = re.compile(
    r"(?P<start><(?:a|area)\b[^<>]*?\shref\s*=\s*)(?P<quote>[\"'])(?P<url>https?://[^\"'<>{}\s\x00-\x20]+)(?P=quote)",
    re.IGNORECASE,
)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


def tracked(source: str, targets: Targets, slots: Slots, *, trap: bool = False) -> str:
    """The source with slots: a click link for every fixed web address, an unsubscribe link, an open picture.

    The trap is a link that people do not see, hear or reach by keyboard: whoever follows it is a machine.
    """

    def slot_of(anchor: re.Match[str]) -> str:
        number = targets.number(html.unescape(anchor["url"]))
        return f'{anchor["start"]}"{slots.mark(number)}"'

    marked = slots.with_unsubscribe(_ANCHOR.sub(slot_of, source))
    tail = "" if slots.mark(UNSUBSCRIBE) in marked else _way_out(slots)
    tail += _trap(slots) if trap else ""
    tail += f'<img src="{slots.mark(OPEN)}" width="1" height="1" alt="">'
    ends = list(_BODY_END.finditer(marked))
    at = ends[-1].start() if ends else len(marked)
    return marked[:at] + tail + marked[at:]


def _way_out(slots: Slots) -> str:
    return f'<p style="font-size:small"><a href="{slots.mark(UNSUBSCRIBE)}">Unsubscribe</a></p>'


def _trap(slots: Slots) -> str:
    return f'<a href="{slots.mark(TRAP_LINK)}" style="display:none" tabindex="-1" aria-hidden="true"></a>'
