"""The service with a clock that the scenario sets."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.serving import Serving

_PROGRAM = "tests.chaos.faults.skewed_clock"


class ClockedServing(Serving):
    """Tell it what to believe before it starts; it may be told again at any moment."""

    def __init__(self, home: Path, settings: Mapping[str, str], *, roles: str) -> None:
        super().__init__(home, settings, roles=roles)
        self._clock = self.log.with_suffix(".clock")
        self._program = (_PROGRAM, str(self._clock))

    def believe(self, now: datetime) -> None:
        """From now on its clock goes on from this instant."""
        ahead = (now - datetime.now(UTC)).total_seconds()
        written = self._clock.with_suffix(".next")
        written.write_text(str(ahead))
        written.replace(self._clock)
