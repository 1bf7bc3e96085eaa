"""Commits of the event log, timed."""

from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments


class PrometheusCommits:
    """`Commits` of the event store."""

    def __init__(self, instruments: Instruments) -> None:
        self._seconds = instruments.histogram(d.COMMIT_SECONDS)
        self._saves = instruments.histogram(d.COMMIT_SAVES)

    def note(self, saves: int, seconds: float) -> None:
        self._seconds.observe(seconds)
        self._saves.observe(saves)
