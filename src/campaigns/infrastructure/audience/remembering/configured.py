"""The memory that is configured: a server that all processes share, else each process' own."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from campaigns.infrastructure.audience.remembering.in_process import InProcessMemory
from campaigns.infrastructure.audience.remembering.ports import Memory
from campaigns.infrastructure.audience.remembering.redis import RedisMemory
from campaigns.infrastructure.settings import Secret


class ConfiguredMemory:
    """A Memory; until it is opened it is the process' own."""

    def __init__(self, url: Secret | None) -> None:
        self._url = url
        self._memory: Memory = InProcessMemory()
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self._url is not None:
            self._memory = await self._opened.enter_async_context(RedisMemory(self._url.reveal()))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def recall(self, key: str) -> bytes | None:
        return await self._memory.recall(key)

    async def keep(self, key: str, value: bytes, seconds: int) -> None:
        await self._memory.keep(key, value, seconds)
