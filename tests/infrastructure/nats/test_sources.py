"""Finding the stream of a consumed subject: somebody else's, or ours."""

import asyncio
from collections.abc import AsyncIterator

import nats
import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from campaigns.infrastructure.embedded.consumed_subjects import find_streams
from campaigns.infrastructure.nats.connection import NatsAccess, NatsConnection
from campaigns.infrastructure.nats.pulling import ConsumerLostError, Pull
from campaigns.infrastructure.nats.sources import NoStreamError, Sources
from campaigns.infrastructure.settings import Settings

pytestmark = pytest.mark.anyio
ALL = ("task.executed", "user.created", "user.deleted")


@pytest.fixture
async def connection(nats_url: str) -> AsyncIterator[NatsConnection]:
    async with NatsConnection(NatsAccess(url=nats_url)) as opened:
        yield opened


@pytest.fixture
async def jetstream(nats_url: str) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(nats_url)
    yield client.jetstream()
    await client.close()


def sources(connection: NatsConnection, prefix: str, ours: str | None) -> Sources:
    return Sources(connection, prefix=prefix, ours=ours, name=prefix)


async def test_a_stream_of_others_is_listened_to_from_now_on_and_left_as_it_is(
    connection: NatsConnection, jetstream: JetStreamContext, nats_prefix: str
) -> None:
    theirs = f"{nats_prefix}_ACCOUNTS"
    await jetstream.add_stream(name=theirs, subjects=[f"{nats_prefix}.user.*"])
    await jetstream.publish(f"{nats_prefix}.user.created", b"long ago")
    before = (await jetstream.stream_info(theirs)).config
    source = await sources(connection, nats_prefix, f"{nats_prefix}_IN").bound("user.created", ALL, 10)
    await jetstream.publish(f"{nats_prefix}.user.created", b"now")
    assert source.stream == theirs
    assert (await jetstream.consumer_info(theirs, source.durable)).num_pending == 1
    assert (await jetstream.stream_info(theirs)).config == before


async def test_ours_takes_what_nobody_holds_and_begins_with_all_that_is_there(
    connection: NatsConnection, jetstream: JetStreamContext, nats_prefix: str
) -> None:
    await jetstream.add_stream(name=f"{nats_prefix}_TASKS", subjects=[f"{nats_prefix}.task.>"])
    ours = f"{nats_prefix}_IN"
    found = sources(connection, nats_prefix, ours)
    await found.bound("user.created", ALL, 10)
    assert (await jetstream.stream_info(ours)).config.subjects == [
        f"{nats_prefix}.user.created",
        f"{nats_prefix}.user.deleted",
    ]
    await jetstream.publish(f"{nats_prefix}.user.deleted", b"before anybody listened")
    source = await found.bound("user.deleted", ALL, 10)
    assert (await jetstream.consumer_info(ours, source.durable)).num_pending == 1
    assert await found.bound("user.deleted", ALL, 10) == source


async def test_a_subject_that_is_listened_to_since_an_upgrade_joins_our_stream(
    connection: NatsConnection, jetstream: JetStreamContext, nats_prefix: str
) -> None:
    found, ours = sources(connection, nats_prefix, f"{nats_prefix}_IN"), f"{nats_prefix}_IN"
    await found.bound("user.created", ("user.created",), 10)
    await found.bound("user.deleted", ("user.created", "user.deleted"), 10)
    assert len((await jetstream.stream_info(ours)).config.subjects or []) == 2


async def test_no_stream_is_made_for_others_unasked(
    connection: NatsConnection, jetstream: JetStreamContext, nats_prefix: str
) -> None:
    with pytest.raises(NoStreamError, match="NATS_INBOUND_STREAM"):
        await sources(connection, nats_prefix, None).bound("user.created", ALL, 10)
    with pytest.raises(NotFoundError):
        await jetstream.find_stream_name_by_subject(f"{nats_prefix}.user.created")


async def test_a_consumer_that_was_taken_away_is_noticed(
    connection: NatsConnection, jetstream: JetStreamContext, nats_prefix: str
) -> None:
    source = await sources(connection, nats_prefix, f"{nats_prefix}_IN").bound("user.created", ALL, 10)
    async with Pull(await connection.ready(), source.stream, source.durable, 10) as pull:
        waiting = asyncio.create_task(pull.next(asyncio.Event()))
        await asyncio.sleep(0.3)
        await jetstream.delete_consumer(source.stream, source.durable)
        with pytest.raises(ConsumerLostError):
            await waiting


def test_the_doctor_says_where_each_subject_is(nats_url: str, nats_prefix: str) -> None:
    async def prepare() -> None:
        client = await nats.connect(nats_url)
        await client.jetstream().add_stream(name=f"{nats_prefix}_A", subjects=[f"{nats_prefix}.user.*"])
        await client.close()

    asyncio.run(prepare())
    settings = Settings(nats_url=nats_url, nats_inbound_prefix=nats_prefix)
    told = [(seen.check, seen.status) for seen in find_streams(settings, ALL)]
    assert told == [(f"stream {nats_prefix}_A", "ok"), ("events of others", "warning")]
    asked = Settings(nats_url=nats_url, nats_inbound_prefix=nats_prefix, nats_inbound_stream="MINE")
    assert [(seen.check, seen.status) for seen in find_streams(asked, ALL)][-1] == ("stream MINE", "ok")
