"""Publishing to a real JetStream."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from campaigns.infrastructure.nats.batch import BatchPublisher, Publication, PublishRefusedError
from campaigns.infrastructure.nats.connection import NatsAccess, NatsAwayError, NatsConnection
from campaigns.infrastructure.nats.streams import StreamMismatchError, campaigns_stream, ensure_stream

T = TypeVar("T")


def on_nats(url: str, work: Callable[[NatsConnection], Awaitable[T]]) -> T:
    async def run() -> T:
        async with NatsConnection(NatsAccess(url=url)) as connection:
            return await work(connection)

    return asyncio.run(run())


def messages(prefix: str, *ids: str) -> list[Publication]:
    return [Publication(f"{prefix}.x", b"{}", message_id) for message_id in ids]


async def stored(connection: NatsConnection, stream: str) -> list[str]:
    jetstream = await connection.jetstream()
    count = (await jetstream.stream_info(stream)).state.messages
    found = [await jetstream.get_msg(stream, number) for number in range(1, count + 1)]
    return [(message.headers or {})["Nats-Msg-Id"] for message in found]


def test_a_batch_is_stored_in_its_order(nats_url: str, nats_prefix: str) -> None:
    async def work(connection: NatsConnection) -> list[str]:
        await ensure_stream(connection, campaigns_stream(nats_prefix, nats_prefix, 2**26))
        await BatchPublisher(connection).publish(messages(nats_prefix, "a", "b", "c"))
        return await stored(connection, nats_prefix)

    assert on_nats(nats_url, work) == ["a", "b", "c"]


def test_a_repetition_stores_only_what_is_new(nats_url: str, nats_prefix: str) -> None:
    async def work(connection: NatsConnection) -> list[str]:
        await ensure_stream(connection, campaigns_stream(nats_prefix, nats_prefix, 2**26))
        publisher = BatchPublisher(connection)
        await publisher.publish(messages(nats_prefix, "a", "b"))
        await publisher.publish(messages(nats_prefix, "b", "c", "a", "d"))
        return await stored(connection, nats_prefix)

    assert on_nats(nats_url, work) == ["a", "b", "c", "d"]


def test_more_than_a_thousand_go_in_several_batches(nats_url: str, nats_prefix: str) -> None:
    ids = [f"m{number}" for number in range(2_001)]

    async def work(connection: NatsConnection) -> int:
        await ensure_stream(connection, campaigns_stream(nats_prefix, nats_prefix, 2**26))
        await BatchPublisher(connection).publish(messages(nats_prefix, *ids))
        return int((await (await connection.jetstream()).stream_info(nats_prefix)).state.messages)

    assert on_nats(nats_url, work) == 2_001


def test_a_full_stream_refuses_and_forgets_nothing(nats_url: str, nats_prefix: str) -> None:
    async def work(connection: NatsConnection) -> list[str]:
        await ensure_stream(connection, campaigns_stream(nats_prefix, nats_prefix, 1_000))
        publisher = BatchPublisher(connection)
        await publisher.publish(messages(nats_prefix, "a"))
        large = Publication(f"{nats_prefix}.x", b"x" * 2_000, "b")
        with pytest.raises(PublishRefusedError):
            await publisher.publish([large])
        return await stored(connection, nats_prefix)

    assert on_nats(nats_url, work) == ["a"]


def test_a_server_that_is_away_is_named_within_the_deadline() -> None:
    async def work(connection: NatsConnection) -> None:
        with pytest.raises(NatsAwayError) as refused:
            await BatchPublisher(connection, ack_timeout=0.2).publish(messages("x", "a"), deadline=0.5)
        assert refused.value.name == "nats"

    on_nats("nats://127.0.0.1:9", work)


def test_a_changed_plan_changes_the_stream(nats_url: str, nats_prefix: str) -> None:
    async def work(connection: NatsConnection) -> int:
        await ensure_stream(connection, campaigns_stream(nats_prefix, nats_prefix, 2**20))
        await ensure_stream(connection, campaigns_stream(nats_prefix, nats_prefix, 2**21))
        return int((await (await connection.jetstream()).stream_info(nats_prefix)).config.max_bytes or 0)

    assert on_nats(nats_url, work) == 2**21


def test_subjects_of_another_stream_are_not_taken_over(nats_url: str, nats_prefix: str) -> None:
    async def work(connection: NatsConnection) -> None:
        await ensure_stream(connection, campaigns_stream(nats_prefix, nats_prefix, 2**20))
        with pytest.raises(StreamMismatchError, match="overlap"):
            await ensure_stream(connection, campaigns_stream(f"{nats_prefix}b", nats_prefix, 2**20))

    on_nats(nats_url, work)
