"""A sender whose mails are signed on their way out."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from campaigns.application.delivery.ports import Handover, OutgoingMessage, Sender
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.delivery.senders.wrapping import WrappingSender
from campaigns.infrastructure.delivery.signing.signature import Signatory, signed


class SigningSender(WrappingSender):
    """Signs each chunk in a thread: the event loop goes on, and the next chunk is signed while this one leaves."""

    def __init__(self, sender: Sender, signatories: Sequence[Signatory], clock: Clock) -> None:
        super().__init__(sender)
        self._signatories, self._clock = signatories, clock

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        at = int(self._clock.now().timestamp())
        return await self._sender.deliver(await asyncio.to_thread(self._signed, messages, at))

    def _signed(self, messages: Sequence[OutgoingMessage], at: int) -> list[OutgoingMessage]:
        return [replace(message, body=signed(message.body, self._signatories, at)) for message in messages]
