"""The service with a wrong clock: `python -m tests.chaos.faults.skewed_clock FILE serve --role scheduler`.

The file says how many seconds it is ahead, and may be replaced at any moment. One process, so name the roles; a
supervisor's children would have the right time.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaigns.__main__ import main
from campaigns.infrastructure import system


def skew(told: Path) -> None:
    """The service asks nobody else for the time: `SystemClock` is its one clock."""

    def now(_: system.SystemClock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(told.read_text()))

    system.SystemClock.now = now  # type: ignore[method-assign]


if __name__ == "__main__":
    skew(Path(sys.argv.pop(1)))
    main()
