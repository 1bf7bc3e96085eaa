"""Whether NATS can do its part."""

from campaigns.application.platform.ports import Health
from campaigns.infrastructure.nats.connection import NatsConnection


class NatsProbe:
    """`Probe`: the connection stands. News waits in Postgres while it does not."""

    def __init__(self, connection: NatsConnection) -> None:
        self._connection = connection

    async def __call__(self) -> Health:
        if self._connection.connected:
            return Health(ok=True, detail="connected")
        return Health(ok=False, detail="not connected; events wait in Postgres")
