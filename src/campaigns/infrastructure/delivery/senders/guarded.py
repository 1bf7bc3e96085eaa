"""A sender behind a breaker: a provider that is away is not asked again for every chunk."""

from collections.abc import Awaitable, Callable, Sequence

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Sender
from campaigns.infrastructure.delivery.senders.wrapping import WrappingSender
from campaigns.infrastructure.http.breaker import Breaker
from campaigns.infrastructure.http.errors import BreakerOpenError

Tell = Callable[[Breaker], Awaitable[None]]


class GuardedSender(WrappingSender):
    """Counts a chunk of which nothing left as a failure of the provider; `tell` hears when the breaker has changed."""

    def __init__(self, sender: Sender, breaker: Breaker, tell: Tell) -> None:
        super().__init__(sender)
        self._breaker, self._tell = breaker, tell

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
            self._breaker.succeeded()
        except ProviderAwayError as error:
            self._breaker.failed(error.detail)
            raise
        finally:
            self._breaker.ended()
        return handover
