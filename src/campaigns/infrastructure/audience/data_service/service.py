"""The service that keeps segments and profiles for others, over HTTP. Every doubt about an answer is no answer."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.http.client import Answer, OutgoingHttp, Request, outgoing_http
from campaigns.infrastructure.http.errors import OutgoingError
from campaigns.infrastructure.http.outgoing_address import TRUSTED

NAME = "data service"
_LARGEST = 268_435_456  # some five million user ids
_TIMEOUT = 30.0
_FOUND, _NOT_FOUND = 200, 404
T = TypeVar("T")


class DataService:
    """Speaks to `<url>/api/v1/…`; open it with `async with` before asking. All requests may be repeated."""

    def __init__(self, url: str | None, *, timeout: float = _TIMEOUT) -> None:
        self._url = (url or "").rstrip("/")
        self._timeout = timeout
        self._http: OutgoingHttp | None = None
        self._opened = AsyncExitStack()

    @property
    def configured(self) -> bool:
        return bool(self._url)

    async def __aenter__(self) -> Self:
        if self._url:
            self._http = await self._opened.enter_async_context(outgoing_http(TRUSTED))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def ask(self, path: str, tenant_id: TenantId, shape: type[T], body: object = None) -> T | None:
        """POST; the answer in its shape, None for 404. DependencyDownError for anything else."""
        answer = await self._answer(path, tenant_id, msgspec.json.encode(body) if body is not None else b"")
        if answer.status == _NOT_FOUND:
            return None
        if answer.status != _FOUND:
            raise doubt(f"{path} answered {answer.status}")
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except msgspec.MsgspecError as error:
            raise doubt(f"the answer to {path} has another shape: {error}") from error

    async def _answer(self, path: str, tenant_id: TenantId, body: bytes) -> Answer:
        if self._http is None:
            raise doubt("it is not open")
        request = Request(
            method="POST",
            url=f"{self._url}/api/v1/{path}",
            body=body,
            headers={"Content-Type": "application/json", "X-Tenant-ID": tenant_id},
            timeout=self._timeout,
            largest=_LARGEST,
        )
        try:
            return await self._http.ask(request)
        except OutgoingError as error:
            raise DependencyDownError(NAME, error.detail, retry_after=max(1, round(error.retry_after or 5))) from error


def doubt(detail: str) -> DependencyDownError:
    return DependencyDownError(NAME, detail)
