"""Pulling messages of a durable consumer: as many as are asked for, as soon as there are any."""

import asyncio
import json
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Self

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js import JetStreamContext

from campaigns.infrastructure.nats.repeating import first_of

_EXPIRES = 5.0  # seconds; after a reconnect it takes as long until the server knows again that somebody asks
_LEAVING = 2.0  # seconds
_TOGETHER = 0.002  # seconds in which what comes is worked on together
_NOTHING_NOW = {"100", "404", "408"}


class ConsumerLostError(Exception):
    """The consumer, its stream or its leader is gone: bind again."""


class Pull:
    """One request at a time, for at most `batch` messages: what is not worked on yet bounds what comes."""

    def __init__(self, client: Client, stream: str, durable: str, batch: int) -> None:
        self._client = client
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._batch = batch
        self._inbox = client.new_inbox()
        self._subscription: Subscription | None = None
        self._come = deque[Msg]()
        self._heard = asyncio.Event()
        self._owed, self._asked_until = 0, 0.0
        self._lost: str | None = None

    async def __aenter__(self) -> Self:
        self._subscription = await self._client.subscribe(self._inbox, cb=self._take)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What the server had already sent is given back: others take it at once, not after the wait for an answer."""
        if self._subscription is None or not self._client.is_connected:
            return
        with suppress(nats.errors.Error, TimeoutError):
            async with asyncio.timeout(_LEAVING):
                await self._subscription.drain()  # type: ignore[no-untyped-call]
                for message in self._come:
                    await message.nak()
                await self._client.flush()

    async def next(self, stopping: asyncio.Event) -> list[Msg]:
        """What has come, at most a batch; empty when nothing did for a while. Raises ConsumerLostError."""
        if not self._come:
            await self._ask()
            await first_of(self._heard, stopping, patience=_EXPIRES + 1)
            await asyncio.sleep(_TOGETHER)
        if self._lost is not None:
            raise ConsumerLostError(self._lost)
        return [self._come.popleft() for _ in range(min(self._batch, len(self._come)))]

    async def _ask(self) -> None:
        self._heard.clear()
        now = asyncio.get_running_loop().time()
        if self._owed > 0 and now < self._asked_until:
            return
        self._owed, self._asked_until = self._batch, now + _EXPIRES
        request = {"batch": self._batch, "expires": int(_EXPIRES * 1e9)}
        await self._client.publish(self._next, json.dumps(request).encode(), reply=self._inbox)

    async def _take(self, message: Msg) -> None:
        status = JetStreamContext.is_status_msg(message)
        if status is None:
            self._owed -= 1
            self._come.append(message)
        elif status not in _NOTHING_NOW:
            self._lost = f"{status} {(message.headers or {}).get('Description', '')}"
        if status != "100":
            self._owed = 0 if status else self._owed
            self._heard.set()
