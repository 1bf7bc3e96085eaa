"""Outgoing HTTP: bounded in time and size, guarded by address, with a breaker per origin."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
import stamina
from msgspec import Struct

from campaigns.infrastructure.http.breaker import Breaker
from campaigns.infrastructure.http.errors import (
    AddressRefusedError,
    AnswerLostError,
    AnswerTooLargeError,
    BreakerOpenError,
    NotReachedError,
    OutgoingError,
    UnwillingError,
)
from campaigns.infrastructure.http.outgoing_address import (
    STRICT,
    OutgoingPolicy,
    SocketRefusedError,
    guarded_socket,
    url_refusal,
)
from campaigns.infrastructure.http.retry_after import retry_after

_UNWILLING = frozenset({429, 500, 502, 503, 504})
_LONGEST_WAIT = 10.0
_CHUNK = 65_536


class Request(Struct, frozen=True, kw_only=True):
    """One request. `timeout` is seconds for everything, `largest` the most bytes an answer may have."""

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = {}
    timeout: float = 10.0
    largest: int = 1_048_576


class Answer(Struct, frozen=True):
    """What came back, whatever its status. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OutgoingHttp:
    """Sends requests. No redirects, no cookies, no proxies from the environment."""

    def __init__(self, session: aiohttp.ClientSession, policy: OutgoingPolicy) -> None:
        self._session = session
        self._policy = policy
        self._breakers: dict[str, Breaker] = {}

    def breaker(self, url: str) -> Breaker:
        """The breaker of the URL's origin."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.hostname}:{parts.port or ''}"
        return self._breakers.setdefault(origin, Breaker(origin))

    async def send(self, request: Request) -> Answer:
        """Once. Raises NotReachedError (nothing left), AnswerLostError (perhaps acted on) or AnswerTooLargeError."""
        if refusal := url_refusal(request.url, self._policy):
            raise AddressRefusedError(refusal)
        breaker = self.breaker(request.url)
        breaker.enter()
        try:
            answer = await self._exchange(request)
            (breaker.failed if answer.status in _UNWILLING - {429} else breaker.succeeded)()
        except OutgoingError as error:
            if not isinstance(error, AddressRefusedError):
                breaker.failed()
            raise
        finally:
            breaker.ended()
        return answer

    async def ask(self, request: Request, *, attempts: int = 3) -> Answer:
        """As `send`, tried again with growing pauses. Only for requests that may safely arrive twice.

        Raises UnwillingError when the last answer was 429 or 5xx, else what `send` raises.
        """
        async for attempt in stamina.retry_context(
            on=_pause, attempts=attempts, wait_initial=0.1, wait_jitter=0.2, wait_max=2.0
        ):
            with attempt:
                answer = await self.send(request)
                if answer.status in _UNWILLING:
                    raise UnwillingError(
                        answer.status, f"answered {answer.status}", retry_after=retry_after(answer.headers)
                    )
        return answer

    async def _exchange(self, request: Request) -> Answer:
        try:
            async with self._session.request(
                request.method,
                request.url,
                data=request.body or None,
                headers=request.headers,
                timeout=aiohttp.ClientTimeout(total=request.timeout, sock_connect=min(5.0, request.timeout)),
                allow_redirects=False,
            ) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, headers, await _body(response, request.largest))
        except aiohttp.ClientConnectorError as error:
            raise _unreached(error) from error
        except (aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotReachedError(f"no connection: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError, ValueError) as error:
            raise AnswerLostError(f"no answer: {type(error).__name__}") from error


@asynccontextmanager
async def outgoing_http(policy: OutgoingPolicy = STRICT, *, connections: int = 100) -> AsyncIterator[OutgoingHttp]:
    """A client with its own pool of connections, closed at the end."""
    connector = aiohttp.TCPConnector(limit=connections, socket_factory=guarded_socket(policy), use_dns_cache=False)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    ) as session:
        yield OutgoingHttp(session, policy)


async def _body(response: aiohttp.ClientResponse, largest: int) -> bytes:
    read = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        read += chunk
        if len(read) > largest:
            raise AnswerTooLargeError(f"the answer has more than {largest} bytes")
    return bytes(read)


def _unreached(error: aiohttp.ClientConnectorError) -> NotReachedError:
    if isinstance(error.os_error, SocketRefusedError):
        return AddressRefusedError(str(error.os_error))
    return NotReachedError(f"no connection: {error.os_error.strerror or type(error).__name__}")


def _pause(error: Exception) -> bool | float:
    if isinstance(error, AddressRefusedError | AnswerTooLargeError | BreakerOpenError) or not isinstance(
        error, OutgoingError
    ):
        return False
    return True if error.retry_after is None else min(error.retry_after, _LONGEST_WAIT)
