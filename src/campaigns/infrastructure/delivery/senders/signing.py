"""A sender whose mails are signed on their way out."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from campaigns.application.delivery.ports import Handover, OutgoingMessage, Sender
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.delivery.signing.signature import Signatory, signed


class SigningSender:
    """Signs each chunk in a thread: the event loop goes on, and the next chunk is signed while this one leaves."""

    def __init__(self, sender: Sender, signatories: Sequence[Signatory], clock: Clock) -> None:
        self._sender, self._signatories, self._clock = sender, signatories, clock

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
        at = int(self._clock.now().timestamp())
        return await self._sender.deliver(await asyncio.to_thread(self._signed, messages, at))

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        return await self._sender.look_up(message_ids, since)

    async def close(self) -> None:
        await self._sender.close()

    def _signed(self, messages: Sequence[OutgoingMessage], at: int) -> list[OutgoingMessage]:
        return [replace(message, body=signed(message.body, self._signatories, at)) for message in messages]
