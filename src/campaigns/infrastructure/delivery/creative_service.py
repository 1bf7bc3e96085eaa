"""Templates that a creative service keeps, beside our own."""

from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.domain.delivery.template import TemplateNotFoundError
from campaigns.domain.shared.channels import Content
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.remembering.ports import Memory
from campaigns.infrastructure.http.json_service import JsonService

_LARGEST = 4_194_304
_TIMEOUT = 10.0
_KNOWN = frozenset(Content.__struct_fields__)


class _Answer(Struct, frozen=True):
    """What else a template has is its own business."""

    content: dict[str, Any]


class CreativeService(JsonService):
    """`GET /api/v1/templates/{id}` answers `{"content": {"subject": …, "body_html": …}}`, the fields of a channel."""

    def __init__(self, url: str | None, *, timeout: float = _TIMEOUT) -> None:
        super().__init__("creative service", url, timeout=timeout, largest=_LARGEST)

    async def content(self, tenant_id: TenantId, template_id: str) -> Content | None:
        """None when it has no such template. DependencyDownError."""
        if not template_id.strip("."):
            return None  # a path would take it for a folder
        path = f"templates/{quote(template_id, safe='')}"
        answer = await self.asked("GET", path, tenant_id, _Answer)
        if answer is None:
            return None
        try:
            return msgspec.convert({name: answer.content[name] for name in _KNOWN & answer.content.keys()}, Content)
        except msgspec.ValidationError as error:
            raise self.doubt(f"template {template_id} has content of another shape: {error}") from error


class JoinedTemplates:
    """`TemplateContents`: our own, and those we do not know asked of the service and remembered for `seconds`."""

    def __init__(self, own: TemplateContents, service: CreativeService, memory: Memory, *, seconds: int) -> None:
        self._own = own
        self._service = service
        self._memory = memory
        self._seconds = seconds

    async def content(self, tenant_id: TenantId, template_id: str) -> Content:
        try:
            return await self._own.content(tenant_id, template_id)
        except TemplateNotFoundError:
            found = await self._theirs(tenant_id, template_id) if self._service.configured else None
            if found is None:
                raise
            return found

    async def _theirs(self, tenant_id: TenantId, template_id: str) -> Content | None:
        key = f"campaign:creative:{tenant_id}:{template_id}"
        known = _read(await self._memory.recall(key))
        if known is not None:
            return known
        content = await self._service.content(tenant_id, template_id)
        if content is not None and self._seconds:
            await self._memory.keep(key, msgspec.msgpack.encode(content), self._seconds)
        return content


def _read(kept: bytes | None) -> Content | None:
    """What was kept, if by a version that wrote it like ours."""
    try:
        return None if kept is None else msgspec.msgpack.decode(kept, type=Content)
    except msgspec.MsgspecError:
        return None
