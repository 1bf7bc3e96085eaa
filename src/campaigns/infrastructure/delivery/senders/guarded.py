"""A sender behind a breaker: a provider that is away is not asked again for every chunk."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Sender
from campaigns.infrastructure.http.breaker import Breaker
from campaigns.infrastructure.http.errors import BreakerOpenError

Tell = Callable[[Breaker], Awaitable[None]]


class GuardedSender:
    """Counts a chunk of which nothing left as a failure of the provider; `tell` hears when the breaker has changed."""

    def __init__(self, sender: Sender, breaker: Breaker, tell: Tell) -> None:
        self._sender, self._breaker, self._tell = sender, breaker, tell

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
        had_tripped = self._breaker.has_tripped
        try:
            return await self._deliver(messages)
        finally:
            if had_tripped or self._breaker.has_tripped:
                await self._tell(self._breaker)

    async def _deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        try:
            self._breaker.enter()
        except BreakerOpenError as error:
            raise ProviderAwayError(self.provider, error.detail, error.retry_after or 1.0) from error
        try:
            handover = await self._sender.deliver(messages)
        except ProviderAwayError as error:
            self._breaker.failed(error.detail)
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()
        return handover

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        return await self._sender.look_up(message_ids, since)

    async def close(self) -> None:
        await self._sender.close()
