"""Who wants to know about commits of the log."""

from typing import Protocol


class Commits(Protocol):
    """Told by the writer's thread."""

    def note(self, saves: int, seconds: float) -> None:
        """One group was written and is durable."""


class Unnoticed:
    """For a log nobody measures: tools, tests of other things."""

    def note(self, saves: int, seconds: float) -> None:
        """Nothing."""


UNNOTICED = Unnoticed()
