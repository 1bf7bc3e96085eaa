"""The senders and connections of a worker process, open as long as it runs."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Literal, Self

from campaigns.application.delivery.ports import Sender
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.senders.configured import ConfiguredSenders
from campaigns.infrastructure.delivery.senders.measured import MeasuredSenders
from campaigns.infrastructure.delivery.senders.nats_pipeline import PipelineStream
from campaigns.infrastructure.delivery.senders.providers import ProviderSettings, configured_senders
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.http.client import outgoing_http
from campaigns.infrastructure.http.outgoing_address import STRICT, TRUSTED
from campaigns.infrastructure.nats.connection import NatsConnection
from campaigns.infrastructure.settings import Settings, SmtpTls
from campaigns.infrastructure.telemetry.instruments import Instruments

_Security = Literal["none", "starttls", "tls"]
_SECURITY: Mapping[SmtpTls, _Security] = {SmtpTls.NONE: "none", SmtpTls.STARTTLS: "starttls", SmtpTls.IMPLICIT: "tls"}


class OpenSenders:
    """`Senders` by the settings; enter it before the first message."""

    def __init__(self, settings: Settings, nats: NatsConnection, clock: Clock, instruments: Instruments) -> None:
        self._settings = settings
        self._nats = nats
        self._clock = clock
        self._opened = AsyncExitStack()
        self._measured = MeasuredSenders(instruments)
        self._senders = ConfiguredSenders({})

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(outgoing_http(TRUSTED))
            policy = TRUSTED if self._settings.allow_private_addresses else STRICT
            webhooks = await stack.enter_async_context(outgoing_http(policy))
            self._senders = configured_senders(
                provider_settings(self._settings),
                self._nats,
                pipeline_stream(self._settings, self._nats),
                services=services,
                webhooks=webhooks,
                clock=self._clock,
            )
            stack.push_async_callback(self._senders.close)
            self._opened = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    def of(self, tenant_id: TenantId, channel: ChannelType) -> Sender | None:
        sender = self._senders.of(tenant_id, channel)
        return None if sender is None else self._measured.of(sender, channel)

    async def close(self) -> None:
        await self._senders.close()


def pipeline_stream(settings: Settings, nats: NatsConnection) -> PipelineStream:
    """Beside the stream of news, whose subjects are all those below its own prefix."""
    return PipelineStream(nats, f"{settings.nats_stream}_OUTGOING", f"{settings.nats_subject_prefix}_outgoing")


def provider_settings(settings: Settings) -> ProviderSettings:
    return ProviderSettings(
        smtp=smtp_settings(settings),
        notification_service_url=settings.notification_service_url,
        webhook_secret=settings.webhook_secret.reveal() if settings.webhook_secret else None,
    )


def smtp_settings(settings: Settings) -> SmtpSettings | None:
    if settings.smtp_host is None:
        return None
    return SmtpSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=_SECURITY[settings.smtp_tls],
        username=settings.smtp_username or "",
        password=settings.smtp_password.reveal() if settings.smtp_password else "",
        connections=settings.smtp_connections,
    )
