"""A client as the documentation advises one to be: every command has a key, and is asked again until it is answered."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from msgspec import Struct

_PATIENCE = 90.0
_PAUSE = 0.05


class Answer(Struct, frozen=True):
    """`tries`: how often the command had to be asked; `waited`: the seconds from the first time to this answer."""

    status: int
    body: bytes
    tries: int = 1
    waited: float = 0.0


class NotAnsweredError(AssertionError):
    """Not within the patience of a client."""


class Asking:
    """`address` may be read anew for each try: a service that was started again may live elsewhere."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self._session = session

    async def once(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises aiohttp.ClientError or TimeoutError when no answer was seen."""
        url = f"{self.address}/api/v1{path}"
        async with self._session.request(method, url, json=body, headers=headers) as answer:
            return Answer(answer.status, await answer.read())

    async def command(self, key: str, path: str, body: Any = None) -> Answer:
        """POST until something other than a 5xx, 409 "still running" or 429 comes back, always with the same key."""
        began, tries = time.monotonic(), 0
        while time.monotonic() < began + _PATIENCE:
            tries += 1
            try:
                answer = await self.once("POST", path, body or {}, {"Idempotency-Key": key})
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(_PAUSE)
                continue
            if _final(answer):
                return Answer(answer.status, answer.body, tries, time.monotonic() - began)
            await asyncio.sleep(_PAUSE)
        raise NotAnsweredError(f"{path} with key {key}: no answer in {_PATIENCE:.0f} s")

    async def get(self, path: str) -> Any:
        """The document; asked again while the service is away."""
        began = time.monotonic()
        while time.monotonic() < began + _PATIENCE:
            try:
                async with self._session.get(f"{self.address}/api/v1{path}") as answer:
                    if answer.status < 500:
                        answer.raise_for_status()
                        return await answer.json()
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
                pass  # as below
            await asyncio.sleep(_PAUSE)
        raise NotAnsweredError(f"{path}: no answer in {_PATIENCE:.0f} s")


def _final(answer: Answer) -> bool:
    still_running = answer.status == 409 and b"is still running" in answer.body
    return answer.status < 500 and answer.status != 429 and not still_running


@asynccontextmanager
async def asking(address: str, *, at_once: int = 0, seconds: float = 10.0) -> AsyncIterator[Asking]:
    """`at_once`: as many connections at most (0: any number); `seconds`: for one try."""
    connector = aiohttp.TCPConnector(limit=at_once)
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield Asking(address, session)
