"""The service with a clock that is wrong: `python -m tests.chaos.faults.skewed_clock SECONDS serve --role scheduler`.

One process, so name the roles; a supervisor's children would have the right time.
"""

import sys
from datetime import UTC, datetime, timedelta

from campaigns.__main__ import main
from campaigns.infrastructure import system


def skew(seconds: float) -> None:
    """The service asks nobody else for the time: `SystemClock` is its one clock."""
    wrong = timedelta(seconds=seconds)
    system.SystemClock.now = lambda _: datetime.now(UTC) + wrong  # type: ignore[method-assign]


if __name__ == "__main__":
    skew(float(sys.argv.pop(1)))
    main()
