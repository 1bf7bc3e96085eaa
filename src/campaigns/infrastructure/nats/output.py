"""The stream that news goes to, made before the first publication."""

import structlog

from campaigns.infrastructure.nats.connection import NatsConnection
from campaigns.infrastructure.nats.streams import campaigns_stream, dead_letter_stream, ensure_stream

_log = structlog.get_logger(__name__)


class Output:
    """Name and prefix come from the settings; `ensured` costs something once."""

    def __init__(self, connection: NatsConnection, stream: str, prefix: str) -> None:
        self._connection = connection
        self.stream = stream
        self.prefix = prefix
        self.dead_stream = f"{stream}_DEAD"
        self.dead_prefix = f"{prefix}-dead"
        self._is_ensured = False

    async def ensured(self) -> None:
        """Raises NatsAwayError, StreamMismatchError."""
        if self._is_ensured:
            return
        await ensure_stream(self._connection, campaigns_stream(self.stream, self.prefix))
        await ensure_stream(self._connection, dead_letter_stream(self.dead_stream, self.dead_prefix))
        self._is_ensured = True
        _log.info("stream_ready", stream=self.stream, subjects=f"{self.prefix}.>")
