"""What of the log is news: all contexts' `publishing.translate` together."""

from collections.abc import Callable, Sequence

from campaigns.application.shared.published import PublishedEvent
from campaigns.infrastructure.eventstore.recorded import Recorded

Translate = Callable[[Recorded], PublishedEvent | None]
"""A context's translation; None for what is not news, and for other contexts' events."""


class Translations:
    """Registered by the bootstrap, for whoever tells or hears news."""

    def __init__(self, each: Sequence[Translate]) -> None:
        self.each = tuple(each)
