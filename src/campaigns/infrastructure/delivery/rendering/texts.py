"""One text of a channel, ready to be filled: as a compiled function where possible, else by python-liquid."""

from collections.abc import Mapping
from typing import Any

from liquid.exceptions import LiquidError

from campaigns.application.delivery.tracking import MessageLinks
from campaigns.infrastructure.delivery.rendering.compiling import Rendered, compiled
from campaigns.infrastructure.delivery.rendering.expressions import NotCompiledError
from campaigns.infrastructure.delivery.rendering.language import lenient
from campaigns.infrastructure.delivery.rendering.slots import PRESET, Slots


def renderable(source: str, *, html: bool, slots: Slots | None = None) -> Rendered:
    """A function that fills `source`. Raises LiquidError when it does not parse."""
    slots = slots or Slots()
    marked = slots.with_unsubscribe(source)
    try:
        return compiled(lenient(html=html, seen=set()).from_string(marked), slots)
    except NotCompiledError:
        return interpreted(marked, html=html, slots=slots)


def interpreted(source: str, *, html: bool, slots: Slots) -> Rendered:
    """The same, by python-liquid."""
    seen: set[str] = set()
    template = lenient(html=html, seen=seen).from_string(source)
    mark = {name: slots.with_unsubscribe("{{ unsubscribe_url }}") for name in PRESET}

    def render(person: Mapping[str, Any], missing: set[str], links: MessageLinks | None, seq: int) -> str:
        seen.clear()
        try:
            text = template.render({**person, **mark})
        except TypeError as error:  # a filter given a value that it cannot take
            raise LiquidError(str(error), token=None) from error
        missing.update(seen)
        return slots.fill(text, links, seq) if links else text

    return render
