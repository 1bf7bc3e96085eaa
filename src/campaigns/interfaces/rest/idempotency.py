"""`Idempotency-Key`: the same request asked again gets the first one's answer, and has its effect once.

An answer is stored before it is sent, so what a client has seen is what a repeat will see. When we crash between the
commit and that, nobody extends our hold on the key, it comes free within seconds, and the repeat runs under the same
command id: the event store recognises it.
"""

import asyncio
import contextlib
import hashlib
import re
from typing import Final

import structlog
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec.structs import replace

from campaigns.application.platform.ports import (
    Begun,
    IdempotencyKeys,
    IdempotentRequest,
    StillRunning,
    StoredAnswer,
    UsedForAnother,
)
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.errors import Violation
from campaigns.interfaces.rest.held_answer import HeldAnswer, replay
from campaigns.interfaces.rest.refusals import IdempotencyConflictError, MalformedError, StillRunningError
from campaigns.interfaces.rest.request_body import digest_of_body
from campaigns.interfaces.rest.sent_headers import SentHeaders, text_of

_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_DECIDED = frozenset({404, 409, 410, 412, 422})
"""Refusals of a use case, kept like successes; other 4xx turned the request away before anything ran."""
_EXTENDED_EVERY, _RELEASED_WITHIN = 1.5, 1.0  # seconds
_log = structlog.get_logger("campaigns.rest")


class Idempotency:
    """Stands inside the authentication: keys belong to a tenant, a principal and a route."""

    def __init__(self, keys: IdempotencyKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    async def once(self, key: str, scope: Scope, receive: Receive, send: Send, app: ASGIApp) -> None:
        """Let `app` answer the caller's request, refusals included, or tell what it answered before."""
        caller: Caller = scope["caller"]  # type: ignore[typeddict-item]
        _check(key)
        digest, receive = await digest_of_body(scope, receive)
        request = _request(scope, caller, key, digest)
        match await self._begun(request):
            case StoredAnswer() as stored:
                await replay(stored, send)
            case StillRunning(retry_after=seconds):
                raise StillRunningError(seconds)
            case UsedForAnother():
                raise IdempotencyConflictError("Use a new Idempotency-Key, or send the first request unchanged")
            case Begun(command_id=command_id):
                scope["caller"] = replace(caller, command_id=command_id)  # type: ignore[typeddict-unknown-key]
                await self._attempt(request, scope, receive, send, app)

    async def _begun(self, request: IdempotentRequest) -> Begun | StoredAnswer | StillRunning | UsedForAnother:
        try:
            return await self._keys.begin(request, self._clock.now())
        except DependencyDownError:
            await self._release(request)  # it may have been taken, and only the answer been lost
            raise

    async def _attempt(
        self, request: IdempotentRequest, scope: Scope, receive: Receive, send: Send, app: ASGIApp
    ) -> None:
        held = HeldAnswer(send)
        extending = asyncio.create_task(self._extend(request))
        try:
            await app(scope, receive, held.take)
        except BaseException:  # cancelled, too: the key is free again for the repeat
            await self._release(request)
            raise
        finally:
            extending.cancel()
        try:
            first = await self._remember(request, held, keeps_secret="secret_answer" in scope["route_handler"].opt)
        except DependencyDownError as error:
            # What was decided stands, so the answer goes out; a repeat finds the command done.
            _log.warning("idempotency.not_stored", dependency=error.name)
            await self._release(request)
            first = None
        await (held.let_go() if first is None else replay(first, send))

    async def _remember(
        self, request: IdempotentRequest, held: HeldAnswer, *, keeps_secret: bool
    ) -> StoredAnswer | None:
        """The answer of another attempt, when that one was stored first."""
        answer = held.answer()
        if answer is None or answer.status >= 500 or keeps_secret:  # noqa: PLR2004
            await self._keys.release(request, self._clock.now())
        elif answer.status < 400 or answer.status in _DECIDED:  # noqa: PLR2004
            told = await self._keys.finish(request, answer)
            return None if told is answer else told
        else:
            await self._keys.withdraw(request)
        return None

    async def _extend(self, request: IdempotentRequest) -> None:
        """Until cancelled; a database that is away lets the key come free, as a crash does."""
        while True:
            await asyncio.sleep(_EXTENDED_EVERY)
            with contextlib.suppress(DependencyDownError):
                await self._keys.extend(request, self._clock.now())

    async def _release(self, request: IdempotentRequest) -> None:
        """Where the database has only dropped a connection; where it is away, the key comes free by itself."""
        with contextlib.suppress(DependencyDownError, TimeoutError):
            async with asyncio.timeout(_RELEASED_WITHIN):
                await self._keys.release(request, self._clock.now())


def key_of(scope: Scope, headers: SentHeaders) -> str | None:
    """The key of a known caller's request that is to have its effect once."""
    if scope.get("method") not in _METHODS or not isinstance(scope.get("caller"), Caller):
        return None
    return text_of(headers, b"idempotency-key")


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        rule = "must be 1 to 255 visible ASCII characters"
        raise MalformedError("The Idempotency-Key cannot be used", (Violation("/Idempotency-Key", rule),))


def _request(scope: Scope, caller: Caller, key: str, digest: bytes) -> IdempotentRequest:
    asked = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}\n"  # type: ignore[typeddict-item]
    return IdempotentRequest(
        attempt=caller.command_id,
        tenant_id=caller.tenant_id,
        principal=caller.principal,
        route=f"{scope['method']} {scope['path_template']}",  # type: ignore[typeddict-item]
        key=key,
        fingerprint=hashlib.sha256(asked.encode() + digest).digest(),
    )
