"""A sender around another: what it does not do differently, the inner one does."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from campaigns.application.delivery.ports import Handover, OutgoingMessage, Sender


class WrappingSender:
    """Passes everything on; whoever inherits says what becomes of `deliver`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @property
    def provider(self) -> str:
        return self._sender.provider

    @property
    def idempotent(self) -> bool:
        return self._sender.idempotent

    @property
    def max_chunk(self) -> int:
        return self._sender.max_chunk

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        return await self._sender.deliver(messages)

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        return await self._sender.look_up(message_ids, since)

    async def close(self) -> None:
        await self._sender.close()
