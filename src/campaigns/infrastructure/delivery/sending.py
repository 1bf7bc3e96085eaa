"""The senders and connections of a worker process, open as long as it runs."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from campaigns.application.delivery.ports import Sender
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.providers.catalogue import Providers
from campaigns.infrastructure.delivery.senders.breaker_board import BreakerBoard
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.delivery.senders.configured import ConfiguredSenders
from campaigns.infrastructure.delivery.senders.measured import MeasuredSenders
from campaigns.infrastructure.delivery.senders.nats_pipeline import PipelineStream
from campaigns.infrastructure.delivery.senders.providers import Makers
from campaigns.infrastructure.http.client import outgoing_http
from campaigns.infrastructure.http.outgoing_address import STRICT, TRUSTED
from campaigns.infrastructure.nats.connection import NatsConnection
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.telemetry.instruments import Instruments


class OpenSenders:
    """`Senders` of the installed providers; enter it before the first message."""

    def __init__(
        self,
        settings: Settings,
        providers: Providers,
        nats: NatsConnection,
        *,
        clock: Clock,
        breakers: Breakers,
        board: BreakerBoard,
        instruments: Instruments,
    ) -> None:
        self._settings = settings
        self._providers = providers
        self._breakers = breakers
        self._board = board
        self._nats = nats
        self._clock = clock
        self._opened = AsyncExitStack()
        self._measured = MeasuredSenders(instruments)
        self._senders = ConfiguredSenders((), {})

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(outgoing_http(TRUSTED))
            policy = TRUSTED if self._settings.allow_private_addresses else STRICT
            webhooks = await stack.enter_async_context(outgoing_http(policy))
            makers = Makers(
                self._nats,
                pipeline_stream(self._settings, self._nats),
                services=services,
                webhooks=webhooks,
                clock=self._clock,
                breakers=self._breakers,
                board=self._board,
            )
            self._senders = ConfiguredSenders(
                [provider.route for provider in self._providers.all],
                {provider.name: self._measured.maker(makers.maker(provider)) for provider in self._providers.all},
            )
            stack.push_async_callback(self._senders.close)
            self._opened = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    def of(self, tenant_id: TenantId, channel: ChannelType) -> Sender | None:
        return self._senders.of(tenant_id, channel)

    async def close(self) -> None:
        await self._senders.close()


def pipeline_stream(settings: Settings, nats: NatsConnection) -> PipelineStream:
    return PipelineStream.beside(nats, settings.nats_stream, settings.nats_subject_prefix)
