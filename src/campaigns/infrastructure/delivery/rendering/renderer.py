"""The renderer: an execution's content compiled, then filled chunk by chunk."""

from collections import Counter
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from typing import Any

import msgspec
from liquid.exceptions import LiquidError
from msgspec import Struct

from campaigns.application.delivery.ports import CompiledContent, OutgoingMessage, Recipient, Unrenderable
from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.application.delivery.tracking import MessageLinks, Tracking
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.template import InvalidContentError
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.rendering.calls import call_form
from campaigns.infrastructure.delivery.rendering.check import content_problems
from campaigns.infrastructure.delivery.rendering.forms import Form, filled
from campaigns.infrastructure.delivery.rendering.headers import UnsafeValueError
from campaigns.infrastructure.delivery.rendering.letters import letter_form
from campaigns.infrastructure.delivery.rendering.localised import choose, contents_of
from campaigns.infrastructure.delivery.rendering.notes import note_form
from campaigns.infrastructure.delivery.rendering.targets import Targets

_Forms = dict[tuple[int, ChannelType], dict[str, Form]]
_OWN = -1


class ChunkRun(Struct, frozen=True):
    """What is the same for every message of a chunk."""

    execution_no: int
    links: MessageLinks
    date: str


class LiquidContent:
    """One execution's content."""

    def __init__(self, forms: _Forms, links: MessageLinks, clock: Clock) -> None:
        self._forms, self._links, self._clock = forms, links, clock
        self._gaps: Counter[str] = Counter()

    def render(
        self, execution_no: int, channel: ChannelType, recipients: Sequence[Recipient]
    ) -> Sequence[OutgoingMessage | Unrenderable]:
        run = ChunkRun(execution_no, self._links, format_datetime(self._clock.now()))
        return [self._one(run, channel, recipient) for recipient in recipients]

    def _one(self, run: ChunkRun, channel: ChannelType, recipient: Recipient) -> OutgoingMessage | Unrenderable:
        by_locale = self._forms.get((recipient.variant, channel))
        if by_locale is None:
            return Unrenderable(recipient.seq, f"no content for {channel}")
        missing: set[str] = set()
        message = filled(choose(by_locale, recipient.profile.get("locale")), run, recipient, missing)
        if missing:
            self._gaps.update(missing)
        return message

    def sender_of(self, channel: ChannelType, variant: int, profile: Mapping[str, Any]) -> str:
        by_locale = self._forms.get((variant, channel))
        return choose(by_locale, profile.get("locale")).sender if by_locale else ""

    def take_gaps(self) -> Mapping[str, int]:
        taken, self._gaps = self._gaps, Counter()
        return taken


class LiquidRenderer:
    """Compiles content once per execution and worker. With `traps`, mails carry a link that only machines follow."""

    def __init__(self, tracking: Tracking, templates: TemplateContents, clock: Clock, *, traps: bool = False) -> None:
        self._tracking, self._templates, self._clock, self._traps = tracking, templates, clock, traps

    async def prepare(self, brief: Brief, execution_no: int) -> CompiledContent:
        targets = Targets(brief.first_link)
        forms: _Forms = {}
        for variant in range(_OWN, len(brief.variants)):
            for channel in brief.channels_of(variant):
                contents = contents_of(channel, await self._base(brief.tenant_id, channel))
                forms[variant, channel.channel_type] = {
                    locale: form_of(content, channel.channel_type, brief, targets, trap=self._traps)
                    for locale, content in contents.items()
                }
        links = await self._tracking.links_of(brief.tenant_id, execution_no, targets.all(), brief.first_link)
        return LiquidContent(forms, links, self._clock)

    async def _base(self, tenant_id: TenantId, channel: Channel) -> Content | None:
        if not channel.template_id:
            return None
        return await self._templates.content(tenant_id, channel.template_id)


def form_of(content: Content, channel: ChannelType, brief: Brief, targets: Targets, *, trap: bool = False) -> Form:
    """The compiled form of one content. Raises InvalidError with every broken rule, by field."""
    problems = tuple(Violation(f"/{field}", rule) for field, rule in content_problems(content, channel))
    if problems:
        raise InvalidContentError(f"the {channel} content cannot be used", problems)
    try:
        if channel is ChannelType.EMAIL:
            return letter_form(content, brief.campaign_id, targets, trap=trap)
        if channel is ChannelType.WEBHOOK:
            return call_form(content, brief)
        return note_form(content, channel, brief)
    except (LiquidError, UnsafeValueError, msgspec.DecodeError) as error:
        violation = Violation("", str(error))
        raise InvalidContentError(f"the {channel} content cannot be used", (violation,)) from error
