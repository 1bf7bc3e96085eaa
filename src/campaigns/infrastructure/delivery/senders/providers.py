"""The providers of an installation, put together from what its settings name."""

from msgspec import Struct

from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.senders.configured import ConfiguredSenders, SenderOf
from campaigns.infrastructure.delivery.senders.guarded import GuardedSender
from campaigns.infrastructure.delivery.senders.nats_pipeline import NatsPipelineSender, PipelineStream
from campaigns.infrastructure.delivery.senders.notification_service import NotificationServiceSender
from campaigns.infrastructure.delivery.senders.smtp.sender import SmtpSender
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.delivery.senders.webhook import WebhookSender
from campaigns.infrastructure.http.breaker import Breaker
from campaigns.infrastructure.http.client import OutgoingHttp
from campaigns.infrastructure.nats.connection import NatsConnection

_NOTIFIED = (ChannelType.SMS, ChannelType.WHATSAPP, ChannelType.PUSH, ChannelType.IN_APP)


class ProviderSettings(Struct, frozen=True, kw_only=True):
    """None where something is not configured."""

    smtp: SmtpSettings | None
    notification_service_url: str | None
    webhook_secret: str | None


def unreported_channels(settings: ProviderSettings) -> tuple[ChannelType, ...]:
    """Where nobody sends delivery reports: a mail server says nothing after its 250, a webhook nothing after its 2xx.

    Whoever takes messages from NATS, and the notification service, report through feedback.
    """
    return (ChannelType.EMAIL, ChannelType.WEBHOOK) if settings.smtp is not None else (ChannelType.WEBHOOK,)


def configured_senders(
    settings: ProviderSettings,
    nats: NatsConnection,
    stream: PipelineStream,
    *,
    services: OutgoingHttp,
    webhooks: OutgoingHttp,
    clock: Clock,
) -> ConfiguredSenders:
    """`services` may call configured services anywhere; `webhooks` only what the outgoing policy allows."""

    def pipeline(tenant_id: TenantId, channel: ChannelType) -> GuardedSender:
        sender = NatsPipelineSender(nats, stream, tenant_id, channel)
        return GuardedSender(sender, Breaker(f"nats {channel}"))

    providers: dict[ChannelType, SenderOf] = dict.fromkeys(ChannelType, pipeline)
    if settings.smtp is not None:
        mail = GuardedSender(SmtpSender(settings.smtp), Breaker(f"smtp {settings.smtp.host}"))
        providers[ChannelType.EMAIL] = lambda *_: mail
    if settings.notification_service_url is not None:
        notes = NotificationServiceSender(services, settings.notification_service_url)
        providers |= dict.fromkeys(_NOTIFIED, lambda *_: notes)
    calls = WebhookSender(webhooks, clock, settings.webhook_secret)
    providers[ChannelType.WEBHOOK] = lambda *_: calls
    return ConfiguredSenders(providers)
