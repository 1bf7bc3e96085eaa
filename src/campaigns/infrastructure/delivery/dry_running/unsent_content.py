"""Content as it would be sent, but for its links, which lead straight to their targets and are stored nowhere."""

from campaigns.application.delivery.ports import CompiledContent
from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.brief import Brief
from campaigns.infrastructure.delivery.rendering.renderer import LiquidRenderer
from campaigns.infrastructure.delivery.rendering.untracked import StraightTracking

_NO_EXECUTION = 0


class LiquidUnsentContent:
    """`UnsentContent`."""

    def __init__(self, templates: TemplateContents, clock: Clock, base_url: str) -> None:
        self._renderer = LiquidRenderer(StraightTracking(base_url), templates, clock)

    async def prepare(self, brief: Brief) -> CompiledContent:
        return await self._renderer.prepare(brief, _NO_EXECUTION)
