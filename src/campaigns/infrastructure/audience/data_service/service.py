"""The service that keeps segments and profiles for others, over HTTP."""

from typing import TypeVar

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.http.json_service import JsonService

_LARGEST = 268_435_456  # some five million user ids
_TIMEOUT = 30.0
T = TypeVar("T")


class DataService(JsonService):
    """Answers what it is asked by POST."""

    def __init__(self, url: str | None, *, timeout: float = _TIMEOUT) -> None:
        super().__init__("data service", url, timeout=timeout, largest=_LARGEST)

    async def ask(self, path: str, tenant_id: TenantId, shape: type[T], body: object = None) -> T | None:
        """The answer in its shape, None for 404. DependencyDownError for anything else."""
        return await self.asked("POST", path, tenant_id, shape, body)
