"""The senders of the installed providers, each with a pool of its own."""

from campaigns.application.delivery.ports import Sender
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.providers.catalogue import Mail, Notifications, Pipeline, Provider, Webhooks
from campaigns.infrastructure.delivery.senders.breaker_board import BreakerBoard
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.delivery.senders.configured import SenderOf
from campaigns.infrastructure.delivery.senders.guarded import GuardedSender
from campaigns.infrastructure.delivery.senders.marking import MarkingSender
from campaigns.infrastructure.delivery.senders.nats_pipeline import NatsPipelineSender, PipelineStream
from campaigns.infrastructure.delivery.senders.notification_service import NotificationServiceSender
from campaigns.infrastructure.delivery.senders.signing import SigningSender
from campaigns.infrastructure.delivery.senders.smtp.sender import SmtpSender
from campaigns.infrastructure.delivery.senders.webhook import WebhookSender
from campaigns.infrastructure.http.client import OutgoingHttp
from campaigns.infrastructure.nats.connection import NatsConnection


class Makers:
    """`services` may call configured services anywhere; `webhooks` only what the outgoing policy allows."""

    def __init__(
        self,
        nats: NatsConnection,
        stream: PipelineStream,
        *,
        services: OutgoingHttp,
        webhooks: OutgoingHttp,
        clock: Clock,
        breakers: Breakers,
        board: BreakerBoard,
    ) -> None:
        self._nats, self._stream = nats, stream
        self._services, self._webhooks = services, webhooks
        self._clock, self._breakers, self._board = clock, breakers, board

    def maker(self, provider: Provider) -> SenderOf:
        """Senders for the tenants and channels of a provider: one for all, or one for each."""
        match provider.connection:
            case Pipeline():
                return lambda tenant_id, channel: self._pipeline(provider.name, tenant_id, channel)
            case Webhooks(secret):  # every URL is somebody else's, and has a breaker of its own
                calls = WebhookSender(self._webhooks, self._clock, secret, provider.name)
                return lambda *_: calls
            case Mail() as connection:
                mail = self._guarded(self._mail(connection, provider.name))
                return lambda *_: mail
            case Notifications(url):
                notes = self._guarded(NotificationServiceSender(self._services, url, provider.name))
                return lambda *_: notes

    def _pipeline(self, name: str, tenant_id: TenantId, channel: ChannelType) -> GuardedSender:
        return self._guarded(NatsPipelineSender(self._nats, self._stream, tenant_id, channel, name))

    def _mail(self, connection: Mail, name: str) -> Sender:
        """Marked before it is signed: a signature covers what leaves."""
        sender: Sender = SmtpSender(connection.server, name)
        if connection.signatories:
            sender = SigningSender(sender, connection.signatories, self._clock)
        return MarkingSender(sender, connection.feedback) if connection.feedback else sender

    def _guarded(self, sender: Sender) -> GuardedSender:
        return GuardedSender(sender, self._breakers.of(sender.provider), self._board.tell)
