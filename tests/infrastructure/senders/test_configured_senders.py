"""Which provider serves which channel, by the settings."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.infrastructure.senders.test_guarded_sender import Provider

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Sender, Verdict
from campaigns.domain.delivery.routing import Route
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.providers.catalogue import installed_providers
from campaigns.infrastructure.delivery.senders.breaker_board import BreakerBoard
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.delivery.senders.configured import ConfiguredSenders
from campaigns.infrastructure.delivery.sending import OpenSenders
from campaigns.infrastructure.nats.connection import NatsAccess, NatsConnection
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Secret, Settings
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.telemetry.metrics import ProcessTreeRegistry

ACME, OTHER = TenantId("acme"), TenantId("other")
NOTHING = Settings()
SMTP = {"smtp_host": "mail.example"}
NOTES = {"notification_service_url": "https://notes.example"}
PIPELINE = dict.fromkeys(ChannelType, "nats") | {ChannelType.WEBHOOK: "webhook"}
NOTIFIED = dict.fromkeys(
    (ChannelType.SMS, ChannelType.WHATSAPP, ChannelType.PUSH, ChannelType.IN_APP), "notification-service"
)


def route(provider: str, *channels: ChannelType, **more: Any) -> Route:
    return Route(provider=provider, channels=frozenset(channels), **more)


class Clock:
    def now(self) -> dt.datetime:
        return dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def providers(settings: Settings) -> dict[ChannelType, str]:
    async def run() -> dict[ChannelType, str]:
        nats = NatsConnection(NatsAccess(url="nats://127.0.0.1:1"))  # never opened: nothing is sent here
        installed = installed_providers(settings)
        async with OpenSenders(
            settings,
            installed,
            nats,
            clock=Clock(),
            breakers=Breakers(Clock()),
            board=BreakerBoard(Database("postgresql:///never-opened"), "here"),
            instruments=Instruments(ProcessTreeRegistry()),
        ) as senders:
            found = {channel: senders.of(ACME, channel) for channel in ChannelType}
        return {channel: sender.provider for channel, sender in found.items() if sender}

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (NOTHING, PIPELINE),
        (Settings(**SMTP), PIPELINE | {ChannelType.EMAIL: "smtp"}),
        (Settings(**NOTES), PIPELINE | NOTIFIED),
        (Settings(**SMTP, **NOTES, webhook_secret=Secret("whsec_c2VjcmV0")), PIPELINE | NOTIFIED | {ChannelType.EMAIL: "smtp"}),
    ],
)  # fmt: skip
def test_the_settings_choose_and_the_pipeline_takes_the_rest(
    settings: Settings, expected: dict[ChannelType, str]
) -> None:
    assert providers(settings) == expected


def test_deliveries_are_assumed_only_where_nobody_reports_them() -> None:
    assert installed_providers(NOTHING).unreported_channels(ACME) == (ChannelType.WEBHOOK,)
    assert installed_providers(Settings(**SMTP, **NOTES)).unreported_channels(ACME) == (
        ChannelType.EMAIL,
        ChannelType.WEBHOOK,
    )


def test_a_tenant_hears_of_its_own_providers(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    file.write_text('[[providers]]\nname="acmes"\nkind="smtp"\nhost="mail.example"\ntenants=["acme"]')
    installed = installed_providers(Settings(providers_file=file))
    assert installed.unreported_channels(ACME) == (ChannelType.EMAIL, ChannelType.WEBHOOK)
    assert installed.unreported_channels(OTHER) == (ChannelType.WEBHOOK,)


def test_a_sender_is_made_once_for_each_tenant_and_channel() -> None:
    made: list[tuple[TenantId, ChannelType]] = []

    def make(tenant_id: TenantId, channel: ChannelType) -> Sender:
        made.append((tenant_id, channel))
        return Provider()

    senders = ConfiguredSenders([route("one", ChannelType.PUSH)], {"one": make})
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
    senders = ConfiguredSenders([route("one", ChannelType.PUSH, ChannelType.SMS)], {"one": lambda *_: shared})
    for channel in (ChannelType.PUSH, ChannelType.SMS):
        senders.of(ACME, channel)
    asyncio.run(senders.close())
    asyncio.run(senders.close())
    assert shared.times == 1


class Named(Provider):
    def __init__(self, provider: str, *, idempotent: bool = True) -> None:
        super().__init__()
        self.provider, self.idempotent = provider, idempotent
        self.people: list[str] = []

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        if isinstance(self.answer, BaseException):
            raise self.answer
        self.people += [message.user_id for message in messages]
        return Handover(
            len(messages), provider_ids={message.seq: f"{self.provider}-{message.seq}" for message in messages}
        )


def mail(seq: int, sender: str = "a@acme.example") -> OutgoingMessage:
    return OutgoingMessage(seq, f"7-{seq}", f"u{seq}", "u@x.example", -1, b"hello", sender=sender)


class TwoProviders:
    """`east` and `west` share all mails of acme; `news` takes one sender domain, before them."""

    def __init__(self) -> None:
        self.named = {name: Named(name) for name in ("east", "west", "news")}
        routes = [
            route("east", ChannelType.EMAIL, priority=5),
            route("west", ChannelType.EMAIL, priority=5, weight=3),
            route("news", ChannelType.EMAIL, sender_domains=frozenset({"news.example"})),
        ]
        makers = {name: (lambda *_, sender=sender: sender) for name, sender in self.named.items()}
        sender = ConfiguredSenders(routes, makers).of(ACME, ChannelType.EMAIL)
        assert sender is not None
        self.sender = sender

    def deliver(self, *messages: OutgoingMessage) -> Handover:
        return asyncio.run(self.sender.deliver(messages))


def test_several_providers_share_the_messages_and_a_sender_domain_has_its_own() -> None:
    both = TwoProviders()
    given = both.deliver(*map(mail, range(100)), mail(200, "b@news.example"))
    counts = {name: len(sender.people) for name, sender in both.named.items()}
    assert given.accepted == sum(counts.values()) == 101
    assert counts["west"] > counts["east"] > 10
    assert both.named["news"].people == ["u200"]
    assert given.provider_ids[200] == "news-200"


def test_a_message_goes_to_the_provider_that_had_it_before() -> None:
    first, second = TwoProviders(), TwoProviders()
    first.deliver(*map(mail, range(100)))
    second.deliver(*map(mail, range(50, 100)))
    assert set(second.named["east"].people) == set(first.named["east"].people) & {f"u{n}" for n in range(50, 100)}


def test_what_one_provider_cannot_take_now_is_unsent_and_the_others_outcomes_stand() -> None:
    both = TwoProviders()
    both.named["east"].answer = ProviderAwayError("east", "no connection")
    given = both.deliver(*map(mail, range(100)))
    assert given.accepted == len(both.named["west"].people)
    assert given.accepted + len(given.unsent) == 100
    assert given.away is both.named["east"].answer
    both.named["east"].answer = ValueError("odd")
    given = both.deliver(*map(mail, range(100)))
    assert {trouble.verdict for trouble in given.troubles.values()} == {Verdict.UNKNOWN}
    for name in ("east", "west"):
        both.named[name].answer = ProviderAwayError(name, "no connection")
    with pytest.raises(ProviderAwayError):
        both.deliver(*map(mail, range(100)))


def test_several_providers_know_again_only_what_all_of_them_know_again() -> None:
    both = TwoProviders()
    assert both.sender.idempotent
    both.named["west"].idempotent = False
    assert not both.sender.idempotent


def test_a_sender_that_nobody_takes_is_refused_for_good() -> None:
    only = [route("news", ChannelType.EMAIL, sender_domains=frozenset({"news.example"})),
            route("more", ChannelType.EMAIL, sender_domains=frozenset({"more.example"}))]  # fmt: skip
    sender = ConfiguredSenders(only, {"news": lambda *_: Named("news"), "more": lambda *_: Named("more")}).of(
        ACME, ChannelType.EMAIL
    )
    assert sender is not None
    given = asyncio.run(sender.deliver([mail(1), mail(2, "b@more.example")]))
    assert (given.accepted, given.troubles[1].verdict) == (1, Verdict.PERMANENT)
