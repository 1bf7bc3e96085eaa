"""Whether what Postgres cannot take now still finds a place."""

from typing import Any

from campaigns.application.platform.ports import Health
from campaigns.infrastructure.analytics.feedback_spool import FeedbackSpool
from campaigns.infrastructure.analytics.spool import LineSpool, Spool


class SpoolProbe:
    """`Probe`: the spool has room left, and so has its disk."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    async def __call__(self) -> Health:
        return _health(self._spool, "hits are lost while Postgres is away")


class FeedbackSpoolProbe:
    """`Probe`: as above."""

    def __init__(self, spool: FeedbackSpool) -> None:
        self._spool = spool

    async def __call__(self) -> Health:
        return _health(self._spool, "providers are asked to come again while Postgres is away")


def _health(spool: LineSpool[Any], otherwise: str) -> Health:
    try:
        full, size = spool.full, spool.size
    except OSError as error:
        return Health(ok=False, detail=f"cannot be used: {error.strerror}")
    if full:
        return Health(ok=False, detail=f"is full, or its disk is; {otherwise}")
    return Health(ok=True, detail=f"{size} bytes wait for Postgres")
