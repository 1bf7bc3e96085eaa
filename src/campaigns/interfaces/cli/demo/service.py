"""The service as the demo sees it: a base address and JSON, nothing else."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp


class Refused(Exception):  # noqa: N818 - it is the service that refuses
    """The service answered with a problem document."""

    def __init__(self, method: str, path: str, status: int, problem: str) -> None:
        super().__init__(f"{method} {path} was answered with {status}: {problem}")


class Service:
    """A thin REST client; opened and closed as an async context manager."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(self.address, timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, path: str, **params: str) -> Any:
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: Any = None) -> Any:
        return await self._call("POST", path, json={} if body is None else body)

    async def upload(self, path: str, file: Path, fields: Mapping[str, str]) -> Any:
        with file.open("rb") as content:
            form = aiohttp.FormData(dict(fields))
            form.add_field("file", content, filename=file.name, content_type="text/csv")
            return await self._call("POST", path, data=form)

    async def ready(self, timeout_seconds: float) -> None:
        """Wait until the service says that all it depends on is there."""
        async with asyncio.timeout(timeout_seconds):
            while not await self._is_ready():
                await asyncio.sleep(0.1)

    async def _is_ready(self) -> bool:
        try:
            async with self._session.get("/health/ready") as answer:
                return answer.status == 200  # noqa: PLR2004
        except aiohttp.ClientConnectionError:
            return False

    async def _call(self, method: str, path: str, **arguments: Any) -> Any:
        async with self._session.request(method, f"/api/v1{path}", **arguments) as answer:
            if answer.status >= 400:  # noqa: PLR2004
                raise Refused(method, path, answer.status, await answer.text())
            return await answer.json()
