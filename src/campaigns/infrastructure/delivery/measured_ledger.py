"""The ledger, with what it was told counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from campaigns.application.delivery.ledger import Claim, Entry, LeaseLostError
from campaigns.infrastructure.delivery.ledger import PostgresLedger
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments


class MeasuredLedger(PostgresLedger):
    """Counts claims, outcomes and lost leases, and times the appends."""

    def __init__(self, database: Database, instruments: Instruments) -> None:
        super().__init__(database)
        claims = instruments.counter(d.BATCH_CLAIMS)
        self._claims = {crashed: claims.labels("crashed" if crashed else "released") for crashed in (False, True)}
        outcomes = instruments.counter(d.LEDGER_MESSAGES)
        self._outcomes = {name: outcomes.labels(name) for name in ("sent", "failed", "skipped", "uncertain")}
        self._append_seconds = instruments.histogram(d.APPEND_SECONDS).labels("worker")
        self._losses = instruments.counter(d.LEASE_LOSSES).labels("batch")

    async def claim(self, worker: str, lease_seconds: float) -> Claim | None:
        claim = await super().claim(worker, lease_seconds)
        if claim is not None:
            self._claims[claim.crashed].inc()
        return claim

    async def append(self, claim: Claim, entry: Entry, lease_seconds: float) -> bool:
        with self._append_seconds.time(), self._counting_losses():
            granted = await super().append(claim, entry, lease_seconds)
        for name, counter in self._outcomes.items():
            counter.inc(max(getattr(entry.report.counts, name), 0))
        return granted

    async def give_back(self, claim: Claim, *, not_before: datetime | None = None) -> None:
        with self._counting_losses():
            await super().give_back(claim, not_before=not_before)

    @contextmanager
    def _counting_losses(self) -> Iterator[None]:
        try:
            yield
        except LeaseLostError:
            self._losses.inc()
            raise
