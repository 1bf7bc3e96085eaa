"""What has arrived in the NATS pipeline: the messages of its stream, read by an outside consumer."""

import asyncio
from collections import Counter

import nats
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

_STREAM = "CAMPAIGNS_OUTGOING"


async def arrived(address: str) -> Counter[str]:
    """How often the stream holds a message for each address; the stream is empty afterwards."""
    return Counter([recipient for recipient, _ in await _messages(address, headers_only=True)])


async def bodies(address: str) -> list[tuple[str, bytes]]:
    """Every message with its address, in the order of their arrival; the stream is empty afterwards."""
    return await _messages(address, headers_only=False)


async def _messages(address: str, *, headers_only: bool) -> list[tuple[str, bytes]]:
    client = await nats.connect(address)
    try:
        stream = client.jetstream()
        expected = (await stream.stream_info(_STREAM)).state.messages
        found = list[tuple[str, bytes]]()
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.NONE,
            headers_only=headers_only,
            inactive_threshold=30.0,
        )
        subscription = await stream.subscribe(
            "campaign_outgoing.>", stream=_STREAM, config=config, pending_msgs_limit=-1, pending_bytes_limit=-1
        )
        async with asyncio.timeout(60):
            while len(found) < expected:
                message = await subscription.next_msg(timeout=10)
                found.append(((message.headers or {})["Campaigns-Recipient"], message.data))
        await stream.purge_stream(_STREAM)
        return found
    finally:
        await client.close()
