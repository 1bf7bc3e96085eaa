"""A service that speaks JSON at `<url>/api/v1/…` about a tenant. Every doubt about an answer is no answer."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.http.client import Answer, OutgoingHttp, Request, outgoing_http
from campaigns.infrastructure.http.errors import OutgoingError
from campaigns.infrastructure.http.outgoing_address import TRUSTED

_FOUND, _NOT_FOUND = 200, 404
T = TypeVar("T")


class JsonService:
    """Open it with `async with` before asking. Requests may be repeated. `timeout` in seconds, `largest` in bytes."""

    def __init__(self, name: str, url: str | None, *, timeout: float, largest: int) -> None:
        self._name = name
        self._url = (url or "").rstrip("/")
        self._timeout = timeout
        self._largest = largest
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

    async def asked(self, method: str, path: str, tenant_id: TenantId, shape: type[T], body: object = None) -> T | None:
        """The answer in its shape, None for 404. DependencyDownError for anything else."""
        answer = await self._answer(method, path, tenant_id, msgspec.json.encode(body) if body is not None else b"")
        if answer.status == _NOT_FOUND:
            return None
        if answer.status != _FOUND:
            raise self.doubt(f"{path} answered {answer.status}")
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except msgspec.MsgspecError as error:
            raise self.doubt(f"the answer to {path} has another shape: {error}") from error

    def doubt(self, detail: str) -> DependencyDownError:
        return DependencyDownError(self._name, detail)

    async def _answer(self, method: str, path: str, tenant_id: TenantId, body: bytes) -> Answer:
        if self._http is None:
            raise self.doubt("it is not open")
        request = Request(
            method=method,
            url=f"{self._url}/api/v1/{path}",
            body=body,
            headers={"Content-Type": "application/json", "X-Tenant-ID": tenant_id},
            timeout=self._timeout,
            largest=self._largest,
        )
        try:
            return await self._http.ask(request)
        except OutgoingError as error:
            wait = max(1, round(error.retry_after or 5))
            raise DependencyDownError(self._name, error.detail, retry_after=wait) from error
