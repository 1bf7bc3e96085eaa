"""Whether texts compile, tried by compiling them."""

from collections.abc import Sequence
from uuid import UUID

from campaigns.application.campaign.ports import Placed
from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.content_rules import missing
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.shared.channels import Channel, Content
from campaigns.domain.shared.errors import InvalidError, NotFoundError, Violation
from campaigns.domain.shared.ids import CampaignId
from campaigns.infrastructure.delivery.rendering.localised import contents_of
from campaigns.infrastructure.delivery.rendering.renderer import form_of
from campaigns.infrastructure.delivery.rendering.targets import Targets

_NO_CAMPAIGN = CampaignId(UUID(int=0))


class CompiledContentChecks:
    """Compiles what would be sent. What is missing altogether is another rule's business."""

    def __init__(self, templates: TemplateContents, clock: Clock) -> None:
        self._templates = templates
        self._clock = clock

    async def problems(self, caller: Caller, channels: Sequence[Placed]) -> tuple[Violation, ...]:
        found: list[Violation] = []
        for pointer, channel in channels:
            if channel.enabled and not missing(channel):
                found += await self._of_channel(caller, pointer, channel)
        return tuple(found)

    async def _of_channel(self, caller: Caller, pointer: str, channel: Channel) -> list[Violation]:
        base: Content | None = None
        if channel.template_id is not None:
            try:
                base = await self._templates.content(caller.tenant_id, channel.template_id)
            except NotFoundError as error:
                return [Violation(f"{pointer}/template_id", error.detail)]
        brief = Brief(
            tenant_id=caller.tenant_id,
            campaign_id=_NO_CAMPAIGN,
            campaign_name="",
            starts_at=self._clock.now(),
            channels=(channel,),
        )
        return [
            Violation(f"{pointer}{place}{problem.pointer}", problem.message)
            for locale, content in contents_of(channel, base).items()
            for place in (f"/locales/{locale}" if locale else "/content",)
            for problem in _problems(content, channel, brief)
        ]


def _problems(content: Content, channel: Channel, brief: Brief) -> Sequence[Violation]:
    """By field of the content."""
    try:
        form_of(content, channel.channel_type, brief, Targets())
    except InvalidError as refusal:
        return refusal.violations or (Violation("", refusal.detail),)
    return ()
