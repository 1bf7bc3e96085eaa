"""What is written in one turn of the loop leaves as one packet, complete and in order."""

import asyncio
from collections.abc import Callable

from campaigns.interfaces.rest.whole_answers import GatheringTransport


class _Sending(asyncio.Protocol):
    def __init__(self, send: Callable[[asyncio.Transport], None]) -> None:
        self._send = send

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._send(GatheringTransport(transport, asyncio.get_running_loop()))


async def _received(send: Callable[[asyncio.Transport], None]) -> list[bytes]:
    server = await asyncio.get_running_loop().create_server(lambda: _Sending(send), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        chunks = [await reader.read(1_000_000)]
        while chunks[-1]:
            chunks.append(await reader.read(1_000_000))
        writer.close()
        await writer.wait_closed()
    return chunks[:-1]


def test_head_and_body_arrive_together() -> None:
    def send(transport: asyncio.Transport) -> None:
        transport.write(b"head;")
        transport.write(b"body")
        asyncio.get_running_loop().call_later(0.05, transport.close)

    assert asyncio.run(_received(send)) == [b"head;body"]


def test_a_large_body_keeps_its_place_and_nothing_is_lost_at_the_end() -> None:
    def send(transport: asyncio.Transport) -> None:
        transport.write(b"head;")
        transport.write(b"x" * 300_000)
        transport.write(b";tail")
        transport.close()

    assert b"".join(asyncio.run(_received(send))) == b"head;" + b"x" * 300_000 + b";tail"


def test_what_was_held_when_the_connection_broke_is_dropped() -> None:
    def send(transport: asyncio.Transport) -> None:
        transport.write(b"never")
        transport.abort()

    async def told() -> list[bytes]:
        try:
            return await _received(send)
        except ConnectionResetError:
            return []

    assert asyncio.run(told()) == []
