"""A worker in a process of its own, made to be killed: its provider is a file that survives.

Usage: python -m tests.support.worker_process <database url> <file> <idempotent 0|1> <microseconds per message>
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from msgspec.structs import replace
from tests.support.delivery_world import FAST_POLICY, CountingSender, World

from campaigns.application.delivery.ports import Handover, OutgoingMessage


class FileSender(CountingSender):
    """Accepts a message by appending its id to the file; what is in the file has arrived."""

    def __init__(self, path: str, *, idempotent: bool, microseconds: int) -> None:
        super().__init__(idempotent=idempotent)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._microseconds = microseconds

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        for start in range(0, len(messages), 10):
            part = messages[start : start + 10]
            os.write(self._file, "".join(f"{message.message_id}\n" for message in part).encode())
            await asyncio.sleep(self._microseconds * len(part) / 1e6)
        return Handover(accepted=len(messages))


async def main(url: str, path: str, idempotent: str, microseconds: str) -> None:
    world = World(url, replace(FAST_POLICY, lease_seconds=5.0))  # so soon others take over what it leaves
    sender = FileSender(path, idempotent=idempotent == "1", microseconds=int(microseconds))
    world.senders.senders = dict.fromkeys(world.senders.senders, sender)
    async with world.open():
        stopping = asyncio.Event()
        await asyncio.gather(world.worker(f"p{os.getpid()}").run(stopping), world.scheduler.run(stopping))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
