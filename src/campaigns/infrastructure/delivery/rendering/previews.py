"""Content as one person would see it, and everything that is wrong with it."""

from collections.abc import Mapping
from typing import Any

from liquid.exceptions import LiquidError

from campaigns.application.delivery.ports import OutgoingMessage, Recipient
from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.application.delivery.templates import Preview
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.shared.channels import ADDRESS_ATTRIBUTE, Channel, ChannelType, Content
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.ids import CampaignId
from campaigns.infrastructure.delivery.rendering.check import TEXTS, content_problems, sentence
from campaigns.infrastructure.delivery.rendering.language import strict
from campaigns.infrastructure.delivery.rendering.localised import choose, contents_of
from campaigns.infrastructure.delivery.rendering.personal_links import untracked_links
from campaigns.infrastructure.delivery.rendering.renderer import LiquidRenderer
from campaigns.infrastructure.delivery.rendering.untracked import StraightTracking

_SHOWN = frozenset({ChannelType.EMAIL, ChannelType.WEBHOOK})
_SOMEBODY = "preview@example.invalid"


class LiquidPreviews:
    """`ContentPreviews`."""

    def __init__(self, templates: TemplateContents, clock: Clock, base_url: str) -> None:
        self._templates, self._clock, self._base_url = templates, clock, base_url
        self._renderer = LiquidRenderer(StraightTracking(base_url), templates, clock)

    async def show(self, channel: Channel, profile: Mapping[str, Any], caller: Caller, campaign: CampaignId) -> Preview:
        base = None
        if channel.template_id:
            base = await self._templates.content(caller.tenant_id, channel.template_id)
        content = choose(contents_of(channel, base), profile.get("locale"))
        problems = [Violation(f"/{field}", rule) for field, rule in content_problems(content, channel.channel_type)]
        fields = self._fields(content, profile, problems)
        message = await self._message(channel, profile, caller, campaign) if channel.channel_type in _SHOWN else None
        return Preview(
            channel_type=channel.channel_type,
            fields=fields,
            problems=tuple(dict.fromkeys(problems)),
            message=message,
            warnings=untracked_links(content, channel.channel_type),
        )

    def _fields(self, content: Content, profile: Mapping[str, Any], problems: list[Violation]) -> dict[str, str]:
        broken = {violation.pointer for violation in problems}
        person = {**profile, "unsubscribe_url": f"{self._base_url.rstrip('/')}/t/u/test"}
        shown: dict[str, str] = {}
        for field in TEXTS:
            source = getattr(content, field)
            if source is None or f"/{field}" in broken:
                continue
            try:
                shown[field] = strict(html=field == "body_html").from_string(source).render(person)
            except LiquidError as error:
                problems.append(Violation(f"/{field}", sentence(error)))
            except Exception as error:  # noqa: BLE001 - filters meet any data people have
                problems.append(Violation(f"/{field}", f"does not fit this person's data: {type(error).__name__}"))
        return shown

    async def _message(
        self, channel: Channel, profile: Mapping[str, Any], caller: Caller, campaign: CampaignId
    ) -> str | None:
        brief = Brief(
            tenant_id=caller.tenant_id,
            campaign_id=campaign,
            campaign_name="",
            starts_at=self._clock.now(),
            channels=(channel,),
        )
        attribute = ADDRESS_ATTRIBUTE[channel.channel_type]
        address = str(profile.get(attribute) or _SOMEBODY) if attribute else ""
        recipient = Recipient(1, str(profile.get("user_id", "preview")), -1, address, profile)
        try:
            compiled = await self._renderer.prepare(brief, 0)
        except InvalidError:  # its rules are among the problems already
            return None
        result = compiled.render(0, channel.channel_type, [recipient])[0]
        return result.body.decode("utf-8", "replace") if isinstance(result, OutgoingMessage) else None


class LiquidContentRules:
    """`ContentRules`."""

    def problems(self, content: Content, channel: ChannelType) -> tuple[Violation, ...]:
        return tuple(Violation(f"/{field}", rule) for field, rule in content_problems(content, channel))
