"""The NATS pipeline keeps each message once, whatever is repeated."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Verdict
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.senders.nats_pipeline import NatsPipelineSender, PipelineStream
from campaigns.infrastructure.nats.connection import NatsAccess, NatsConnection


def message(seq: int, body: bytes = b"{}") -> OutgoingMessage:
    return OutgoingMessage(seq, f"9-{seq}", f"u{seq}", f"tok\r\nX: y{seq}", -1, body)


def sender(connection: NatsConnection, prefix: str) -> NatsPipelineSender:
    stream = PipelineStream.beside(connection, prefix.upper(), prefix)
    return NatsPipelineSender(connection, stream, TenantId("acme"), ChannelType.PUSH)


def test_a_repeated_chunk_is_stored_once(nats_url: str, nats_prefix: str) -> None:
    async def run() -> None:
        async with NatsConnection(NatsAccess(url=nats_url)) as connection:
            pipeline = sender(connection, nats_prefix)
            chunk = [message(n) for n in range(250)]
            assert await pipeline.deliver(chunk[:200]) == Handover(200)
            assert await pipeline.deliver(chunk[100:]) == Handover(150)
            jetstream = await connection.jetstream()
            info = await jetstream.stream_info(f"{nats_prefix.upper()}_OUTGOING")
            assert info.state.messages == 250
            stored = await jetstream.get_msg(f"{nats_prefix.upper()}_OUTGOING", 1)
            assert stored.subject == f"{nats_prefix}_outgoing.acme.push"
            assert stored.headers is not None
            assert stored.headers["Nats-Msg-Id"] == "9-0"
            assert "X" not in stored.headers

    asyncio.run(run())


def test_a_message_that_is_too_large_is_refused_and_the_others_are_kept(nats_url: str, nats_prefix: str) -> None:
    async def run() -> None:
        async with NatsConnection(NatsAccess(url=nats_url)) as connection:
            handover = await sender(connection, nats_prefix).deliver([message(1), message(2, b"x" * 9_000_000)])
            assert handover.accepted == 1
            assert handover.troubles[2].verdict is Verdict.PERMANENT

    asyncio.run(run())


def test_without_nats_nothing_has_left() -> None:
    async def run() -> None:
        connection = NatsConnection(NatsAccess(url="nats://127.0.0.1:9"))
        with pytest.raises(ProviderAwayError):
            await sender(connection, "x").deliver([message(1)])

    asyncio.run(run())


def test_what_the_stream_has_is_found_however_long_ago_and_what_it_has_not_is_told(
    nats_url: str, nats_prefix: str
) -> None:
    async def run() -> None:
        async with NatsConnection(NatsAccess(url=nats_url)) as connection:
            pipeline = sender(connection, nats_prefix)
            began = datetime.now(UTC)
            assert await pipeline.look_up(["9-1"], began) == {"9-1": False}
            await pipeline.deliver([message(n) for n in range(2_500)])
            told = await pipeline.look_up(["9-0", "9-2499", "9-2500"], began)
            assert told == {"9-0": True, "9-2499": True, "9-2500": False}
            assert await pipeline.look_up(["9-0"], began + timedelta(minutes=5)) == {"9-0": False}

    asyncio.run(run())
