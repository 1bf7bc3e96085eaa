"""Whether hits that Postgres cannot take now still find a place."""

from campaigns.application.platform.ports import Health
from campaigns.infrastructure.analytics.spool import Spool


class SpoolProbe:
    """`Probe`: the spool has room left, and so has its disk."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    async def __call__(self) -> Health:
        try:
            full, size = self._spool.full, self._spool.size
        except OSError as error:
            return Health(ok=False, detail=f"cannot be used: {error.strerror}")
        if full:
            return Health(ok=False, detail="is full, or its disk is; hits are lost while Postgres is away")
        return Health(ok=True, detail=f"{size} bytes wait for Postgres")
