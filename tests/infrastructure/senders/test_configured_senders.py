"""Which provider serves which channel, by the settings."""

import asyncio
import datetime as dt

import pytest
from tests.infrastructure.senders.test_guarded_sender import Provider

from campaigns.application.delivery.ports import Sender
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.senders.configured import ConfiguredSenders
from campaigns.infrastructure.delivery.senders.nats_pipeline import PipelineStream
from campaigns.infrastructure.delivery.senders.providers import (
    ProviderSettings,
    configured_senders,
    unreported_channels,
)
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.http.client import outgoing_http
from campaigns.infrastructure.http.outgoing_address import TRUSTED
from campaigns.infrastructure.nats.connection import NatsAccess, NatsConnection

ACME, OTHER = TenantId("acme"), TenantId("other")
NOTHING = ProviderSettings(smtp=None, notification_service_url=None, webhook_secret=None)
SMTP = SmtpSettings(host="mail.example", port=25)
NOTES = "https://notes.example"
PIPELINE = dict.fromkeys(ChannelType, "nats") | {ChannelType.WEBHOOK: "webhook"}
NOTIFIED = dict.fromkeys(
    (ChannelType.SMS, ChannelType.WHATSAPP, ChannelType.PUSH, ChannelType.IN_APP), "notification-service"
)


class Clock:
    def now(self) -> dt.datetime:
        return dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def providers(settings: ProviderSettings) -> dict[ChannelType, str]:
    async def run() -> dict[ChannelType, str]:
        nats = NatsConnection(NatsAccess(url="nats://127.0.0.1:1"))  # never opened: nothing is sent here
        stream = PipelineStream(nats, "OUTGOING", "outgoing")
        async with outgoing_http(TRUSTED) as http:
            senders = configured_senders(settings, nats, stream, services=http, webhooks=http, clock=Clock())
            found = {channel: senders.of(ACME, channel) for channel in ChannelType}
            await senders.close()
            return {channel: sender.provider for channel, sender in found.items() if sender}

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (NOTHING, PIPELINE),
        (ProviderSettings(smtp=SMTP, notification_service_url=None, webhook_secret=None), PIPELINE | {ChannelType.EMAIL: "smtp"}),
        (ProviderSettings(smtp=None, notification_service_url=NOTES, webhook_secret=None), PIPELINE | NOTIFIED),
        (ProviderSettings(smtp=SMTP, notification_service_url=NOTES, webhook_secret="whsec_c2VjcmV0"), PIPELINE | NOTIFIED | {ChannelType.EMAIL: "smtp"}),
    ],
)  # fmt: skip
def test_the_settings_choose_and_the_pipeline_takes_the_rest(
    settings: ProviderSettings, expected: dict[ChannelType, str]
) -> None:
    assert providers(settings) == expected


def test_deliveries_are_assumed_only_where_nobody_reports_them() -> None:
    with_smtp = ProviderSettings(smtp=SMTP, notification_service_url=NOTES, webhook_secret=None)
    assert unreported_channels(NOTHING) == (ChannelType.WEBHOOK,)
    assert unreported_channels(with_smtp) == (ChannelType.EMAIL, ChannelType.WEBHOOK)


def test_a_sender_is_made_once_for_each_tenant_and_channel() -> None:
    made: list[tuple[TenantId, ChannelType]] = []

    def make(tenant_id: TenantId, channel: ChannelType) -> Sender:
        made.append((tenant_id, channel))
        return Provider()

    senders = ConfiguredSenders({ChannelType.PUSH: make})
    assert senders.of(ACME, ChannelType.PUSH) is senders.of(ACME, ChannelType.PUSH)
    assert senders.of(ACME, ChannelType.PUSH) is not senders.of(OTHER, ChannelType.PUSH)
    assert senders.of(ACME, ChannelType.SMS) is None
    assert made == [(ACME, ChannelType.PUSH), (OTHER, ChannelType.PUSH)]


def test_a_shared_sender_is_closed_once() -> None:
    class Counted(Provider):
        times = 0

        async def close(self) -> None:
            self.times += 1

    shared = Counted()
    senders = ConfiguredSenders({ChannelType.PUSH: lambda *_: shared, ChannelType.SMS: lambda *_: shared})
    for channel in (ChannelType.PUSH, ChannelType.SMS):
        senders.of(ACME, channel)
    asyncio.run(senders.close())
    asyncio.run(senders.close())
    assert shared.times == 1
