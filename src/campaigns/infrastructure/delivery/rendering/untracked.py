"""Content for tests and previews: the same forms, but links lead straight to their targets and count nothing."""

import html
from collections.abc import Sequence

from msgspec.structs import replace

from campaigns.application.delivery.ports import CompiledContent
from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.shared.channels import Channel, Content
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.rendering.renderer import LiquidRenderer

_EMPTY_PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_MARK = "[Test] "
_NO_EXECUTION = 0


class StraightLinks:
    """`MessageLinks` that nobody counts. The way out is shown, but leads nowhere (its token is signed by nobody)."""

    def __init__(self, targets: Sequence[str], base_url: str, first: int) -> None:
        self._targets, self._base, self._first = targets, base_url.rstrip("/"), first

    def opened(self, seq: int) -> str:  # noqa: ARG002
        return _EMPTY_PICTURE

    def clicked(self, seq: int, link: int) -> str:  # noqa: ARG002
        return html.escape(self._targets[link - self._first])

    def unsubscribe(self, seq: int) -> str:  # noqa: ARG002
        return f"{self._base}/t/u/test"


class StraightTracking:
    """`Tracking` that stores nothing."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def links_of(
        self,
        tenant_id: TenantId,  # noqa: ARG002
        execution_no: int,  # noqa: ARG002
        targets: Sequence[str],
        first: int,
    ) -> StraightLinks:
        return StraightLinks(targets, self._base_url, first)


class LiquidUntrackedContent:
    """`UntrackedContent`: marked as a test where the reader sees it."""

    def __init__(self, templates: TemplateContents, clock: Clock, base_url: str) -> None:
        self._renderer = LiquidRenderer(StraightTracking(base_url), templates, clock)
        self._templates = templates

    async def prepare(self, brief: Brief) -> CompiledContent:
        channels = tuple([await self._marked(channel, brief) for channel in brief.channels])
        variants = tuple(
            [
                replace(variant, channels=tuple([await self._marked(channel, brief) for channel in variant.channels]))
                for variant in brief.variants
            ]
        )
        return await self._renderer.prepare(replace(brief, channels=channels, variants=variants), _NO_EXECUTION)

    async def _marked(self, channel: Channel, brief: Brief) -> Channel:
        base = await self._templates.content(brief.tenant_id, channel.template_id) if channel.template_id else Content()
        content = replace(channel.content, subject=channel.content.subject or base.subject)
        locales = {locale: _as_test(localised) for locale, localised in channel.locales.items()}
        return replace(channel, content=_as_test(content), locales=locales)


def _as_test(content: Content) -> Content:
    marked = {field: _MARK + said for field in ("subject", "title") if (said := getattr(content, field)) is not None}
    if not marked and content.body is not None:
        marked["body"] = _MARK + content.body
    return replace(content, **marked)
