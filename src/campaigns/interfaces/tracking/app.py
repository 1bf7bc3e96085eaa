"""The tracking addresses: /t/o/ (picture), /t/c/ (link), /t/u/ (unsubscribe). No credentials, no cookies."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from uuid import UUID

from campaigns.application.analytics.commands.unsubscribe_recipient import UnsubscribeRecipient, unsubscribed
from campaigns.application.analytics.ports import Fact, FactDetail, FactName, LinkTargets, TouchLog
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.analytics.tokens import TRAP_LINK, Touch, TouchKind, TrackingTokens
from campaigns.interfaces.tracking import pages
from campaigns.interfaces.tracking.answers import Answer, Send, deliver, page, pixel, plain, redirect
from campaigns.interfaces.tracking.bodies import Receive, asks_one_click
from campaigns.interfaces.tracking.visitors import Visitors

PATH = "/t/"
_KINDS = {"o": TouchKind.OPEN, "c": TouchKind.CLICK, "u": TouchKind.UNSUBSCRIBE}
_READING = ("GET", "HEAD")
_PATIENCE = 2.0  # seconds for Postgres, while a person waits
_RETRY_AFTER = 5


class Unsubscribe(Protocol):
    """The use case behind the one click; False when there is no such message."""

    def __call__(self, command: UnsubscribeRecipient, /) -> Awaitable[bool]: ...


class TrackingApp:
    """An ASGI application for the paths under /t/. A token that was not signed here is a 404, whatever it says."""

    def __init__(
        self,
        *,
        tokens: TrackingTokens,
        links: LinkTargets,
        touches: TouchLog,
        unsubscribe: Unsubscribe,
        visitors: Visitors,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._tokens = tokens
        self._links = links
        self._touches = touches
        self._unsubscribe = unsubscribe
        self._visitors = visitors
        self._clock = clock
        self._new_id: Callable[[], UUID] = ids.new

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope, receive)
        await deliver(send, answer, without_body=scope["method"] == "HEAD")

    async def _answer(self, scope: Any, receive: Receive) -> Answer:
        touch = self._touch(scope["path"])
        if touch is None:
            return plain(404, "Not found")
        try:
            return await self._answer_to(touch, scope, receive)
        except DependencyDownError as error:
            return _later(error.retry_after)
        except TimeoutError:
            return _later(_RETRY_AFTER)

    async def _answer_to(self, touch: Touch, scope: Any, receive: Receive) -> Answer:
        match touch.kind:
            case TouchKind.UNSUBSCRIBE:
                return await self._unsubscribing(touch, scope, receive)
            case _ if scope["method"] not in _READING:
                return plain(405, "Method not allowed", (b"allow", b"GET, HEAD"))
            case TouchKind.OPEN:
                self._take(FactName.OPENED, touch, scope, FactDetail())
                return pixel()
            case TouchKind.CLICK if touch.link == TRAP_LINK:
                self._take(FactName.TRAPPED, touch, scope, FactDetail())
                return plain(200, "There is nothing here.", (b"x-robots-tag", b"noindex"))
            case TouchKind.CLICK:
                return await self._following(touch, scope)

    def _touch(self, path: str) -> Touch | None:
        """What the path's token stands for; its kind must be the path's."""
        kind, _, token = path.partition(PATH)[2].partition("/")
        touch = self._tokens.read(token)
        return touch if touch is not None and _KINDS.get(kind) is touch.kind else None

    async def _following(self, touch: Touch, scope: Any) -> Answer:
        async with asyncio.timeout(_PATIENCE):
            url = await self._links.of(touch.execution_no, touch.link)
        if url is None:
            return plain(404, "Not found")
        self._take(FactName.CLICKED, touch, scope, FactDetail(link=touch.link, url=url))
        return redirect(url)

    async def _unsubscribing(self, touch: Touch, scope: Any, receive: Receive) -> Answer:
        if scope["method"] in _READING:
            return page(pages.CONFIRM)
        if scope["method"] != "POST":
            return plain(405, "Method not allowed", (b"allow", b"GET, HEAD, POST"))
        if not await asks_one_click(receive):
            return plain(400, "The body must be List-Unsubscribe=One-Click")
        command = UnsubscribeRecipient(execution_no=touch.execution_no, seq=touch.seq)
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await self._unsubscribe(command)
        except (DependencyDownError, TimeoutError):
            await self._touches.keep(unsubscribed(command, self._clock.now()))
            return page(pages.DONE, 202)
        return page(pages.DONE) if found else plain(404, "Not found")

    def _take(self, name: FactName, touch: Touch, scope: Any, detail: FactDetail) -> None:
        fact = Fact(
            execution_no=touch.execution_no,
            seq=touch.seq,
            name=name,
            at=self._clock.now(),
            source_event_id=str(self._new_id()),
            detail=FactDetail(
                link=detail.link,
                url=detail.url,
                user_agent=self._visitors.agent(scope),
                address_hash=self._visitors.address_hash(scope),
                purpose=self._visitors.purpose(scope),
                method=None if scope["method"] == "GET" else scope["method"],
            ),
        )
        self._touches.take(fact)


def _later(seconds: int) -> Answer:
    return plain(503, "Try again in a moment", (b"retry-after", str(seconds).encode()))
