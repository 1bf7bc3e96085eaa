"""A memory that all processes share: Redis or Valkey. Away or slow, it is a memory that has forgotten."""

import asyncio
import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

import structlog

from campaigns.infrastructure.audience.remembering.resp import WrongAnswerError, ask

log = structlog.get_logger(__name__)
_PATIENCE = 0.5  # seconds for one question, connecting included
_PAUSE = 5.0  # seconds before a server that failed is asked again
_PORT = 6_379
_FAULTS = (OSError, EOFError, TimeoutError, ValueError, WrongAnswerError)

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class RedisMemory:
    """`redis://[user:password@]host[:port][/database]`, `rediss://` with TLS. One connection, questions in turn."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._turn = asyncio.Lock()
        self._connection: Connection | None = None
        self._silent_until = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    async def recall(self, key: str) -> bytes | None:
        return await self._asked(b"GET", key.encode())

    async def keep(self, key: str, value: bytes, seconds: int) -> None:
        await self._asked(b"SETEX", key.encode(), b"%d" % seconds, value)

    async def _asked(self, *words: bytes) -> bytes | None:
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if now < self._silent_until:
                return None
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._answer(words)
            except _FAULTS as error:
                log.warning("the shared memory does not answer", error=str(error) or type(error).__name__)
                self._silent_until = now + _PAUSE
                self._hang_up()
                return None
            except asyncio.CancelledError:
                self._hang_up()  # half an answer would be taken for the next one
                raise

    async def _answer(self, words: Sequence[bytes]) -> bytes | None:
        fresh = self._connection is None
        try:
            return await ask(*(self._connection or await self._connected()), *words)
        except (OSError, EOFError):
            if fresh:
                raise
        self._hang_up()  # it had gone to sleep: once more, awake
        return await ask(*await self._connected(), *words)

    async def _connected(self) -> Connection:
        address = self._address
        tls = ssl.create_default_context() if address.scheme == "rediss" else None
        self._connection = await asyncio.open_connection(
            address.hostname or "127.0.0.1", address.port or _PORT, ssl=tls
        )
        if address.password:
            names = [address.username] if address.username else []
            secrets = [unquote(one).encode() for one in (*names, address.password)]
            await ask(*self._connection, b"AUTH", *secrets)
        if database := address.path.strip("/"):
            await ask(*self._connection, b"SELECT", database.encode())
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection[1].close()
            self._connection = None
