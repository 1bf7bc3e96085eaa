"""One connection to NATS for a process: opened in the background, kept for ever, refused by name while it is away."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

import nats.errors
import structlog
from msgspec import Struct
from nats.js import JetStreamContext

from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.nats.framing import FramingClient

_log = structlog.get_logger(__name__)
_PING_SECONDS = 5
_PENDING_BYTES = 8 * 1024 * 1024


class NatsAccess(Struct, frozen=True, kw_only=True):
    """Where NATS is and how to get in. `url` may list several servers, comma separated."""

    url: str
    token: str | None = None
    username: str | None = None
    password: str | None = None
    name: str = "campaigns"


class NatsAwayError(DependencyDownError):
    """NATS does not answer; nothing that was not acknowledged may be taken for stored."""

    def __init__(self, detail: str) -> None:
        super().__init__("nats", detail, retry_after=2)


class NatsConnection:
    """A connection that never gives up. `ready` waits for it; what is published while it is away is refused."""

    def __init__(self, access: NatsAccess) -> None:
        self._access = access
        self._client = FramingClient()
        self._connecting: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to connect; returns at once, so that a service can start before its NATS does."""
        self._connecting = asyncio.create_task(self._connect(), name="nats-connect")
        await asyncio.sleep(0)  # a client whose connect has not begun cannot be closed

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Send what is buffered (2 s at most) and leave."""
        while self._connecting and not self._connecting.done():  # an attempt that fails just now swallows the first
            self._connecting.cancel()
            await asyncio.wait([self._connecting], timeout=0.5)
        if self._client.is_connected:
            with contextlib.suppress(Exception):  # leaving: the peer may be gone already
                await self._client.flush(timeout=2)
        await self._client.close()

    @property
    def connected(self) -> bool:
        return self._client.is_connected

    async def answers(self, within: int) -> bool:
        """Whether the server says something back, now: a frozen one keeps its connections."""
        if not self._client.is_connected:
            return False
        try:
            await self._client.flush(timeout=within)
        except (nats.errors.Error, OSError, TimeoutError):
            return False
        return True

    async def ready(self, timeout: float = 5.0) -> FramingClient:  # noqa: ASYNC109 - the caller says how patient it is
        """The connected client. Raises NatsAwayError after `timeout` seconds without one."""
        try:
            async with asyncio.timeout(timeout):
                while not self._client.is_connected:
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise NatsAwayError(f"no connection to {self._where()} for {timeout:g} s") from error
        return self._client

    async def jetstream(self, timeout: float = 5.0) -> JetStreamContext:  # noqa: ASYNC109
        """JetStream over the connected client. Raises NatsAwayError."""
        return (await self.ready(timeout)).jetstream(timeout=timeout)

    async def _connect(self) -> None:
        await self._client.connect(
            servers=self._access.url.split(","),
            name=self._access.name,
            token=self._access.token,
            user=self._access.username,
            password=self._access.password,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=3,
            ping_interval=_PING_SECONDS,
            max_outstanding_pings=2,
            pending_size=_PENDING_BYTES,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnect,
            reconnected_cb=self._on_reconnect,
        )

    async def _on_error(self, error: Exception) -> None:
        _log.warning("nats_error", error=str(error) or type(error).__name__)

    async def _on_disconnect(self) -> None:
        if not self._client.is_closed:
            _log.warning("nats_disconnected", server=self._where())

    async def _on_reconnect(self) -> None:
        _log.info("nats_reconnected", server=self._where())

    def _where(self) -> str:
        return ",".join(address.rpartition("@")[2] for address in self._access.url.split(","))
