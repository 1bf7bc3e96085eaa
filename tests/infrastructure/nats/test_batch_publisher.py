"""Publishing to a real JetStream."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import nats.errors
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


def test_each_message_of_a_batch_arrives_as_it_was_given(nats_url: str, nats_prefix: str) -> None:
    odd = {"Line-Ends": "in\r\nthe: middle", "Empty": ""}
    given = [
        Publication(f"{nats_prefix}.x", payload, payload.hex(), odd) for payload in (b"\r\n", b"", b"\xff", b"PUB")
    ]

    async def work(connection: NatsConnection) -> list[tuple[bytes, tuple[str, str]]]:
        await ensure_stream(connection, campaigns_stream(nats_prefix, nats_prefix, 2**26))
        await BatchPublisher(connection).publish(given)
        jetstream = await connection.jetstream()
        found = [await jetstream.get_msg(nats_prefix, number) for number in range(1, len(given) + 1)]
        return [(one.data or b"", tuple((one.headers or {})[name] for name in odd)) for one in found]

    arrived = on_nats(nats_url, work)
    assert [payload for payload, _ in arrived] == [message.payload for message in given]
    assert {headers for _, headers in arrived} == {("in  the: middle", "")}


def test_no_message_of_a_batch_may_name_another_command(nats_url: str, nats_prefix: str) -> None:
    async def work(connection: NatsConnection) -> None:
        client = await connection.ready()
        with pytest.raises(nats.errors.BadSubjectError):
            await client.publish_many([(f"{nats_prefix}.x 0\r\nPING", {}, b"")])

    on_nats(nats_url, work)


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
