"""What of the log is news: all contexts' `publishing.translate` together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from campaigns.application.shared.published import PublishedEvent
from campaigns.infrastructure.eventstore.recorded import Recorded

Translate = Callable[[Recorded], PublishedEvent | None]
"""A context's translation; None for what is not news, and for other contexts' events."""

Tell = Callable[[Recorded, Any], PublishedEvent]
"""How one kind of fact is told, from its envelope and itself."""


class Translations:
    """Registered by the bootstrap, for whoever tells or hears news."""

    def __init__(self, each: Sequence[Translate]) -> None:
        self._each = tuple(each)

    def of(self, recorded: Recorded) -> PublishedEvent | None:
        """The news in a recorded event; None when it is nobody else's business."""
        for translate in self._each:
            if (news := translate(recorded)) is not None:
                return news
        return None


def translation(told: Mapping[type, Tell]) -> Translate:
    """By the kind of fact: what the table does not name concerns nobody else, or belongs to another context."""

    def translate(recorded: Recorded) -> PublishedEvent | None:
        tell = told.get(type(recorded.payload))
        return tell(recorded, recorded.payload) if tell else None

    return translate


def retold(news: type[PublishedEvent], *, stream: str, at: str, by: str | None = None) -> Tell:
    """A fact in other words: the news names its stream, its instant and its author so; all else is called alike."""
    alike = [name for name in news.__struct_fields__ if name not in (stream, at, by)]

    def tell(recorded: Recorded, event: Any) -> PublishedEvent:
        said = {name: getattr(event, name) for name in alike}
        author = {by: event.by} if by else {}
        return news(**{stream: recorded.originator_id, at: event.at}, **author, **said)

    return tell
