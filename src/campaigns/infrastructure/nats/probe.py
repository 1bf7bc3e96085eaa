"""Whether NATS can do its part."""

from campaigns.application.platform.ports import Health
from campaigns.infrastructure.nats.connection import NatsConnection

_PATIENCE = 1  # second


class NatsProbe:
    """`Probe`: one round trip over the connection. News waits in Postgres while there is none."""

    def __init__(self, connection: NatsConnection) -> None:
        self._connection = connection

    async def __call__(self) -> Health:
        if await self._connection.answers(_PATIENCE):
            return Health(ok=True, detail="connected")
        return Health(ok=False, detail="not connected; events wait in Postgres")
