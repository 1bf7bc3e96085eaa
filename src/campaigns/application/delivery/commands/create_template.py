"""Keep content under a name."""

from campaigns.application.delivery.templates import ContentRules, Templates
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.delivery.template import InvalidContentError, Template
from campaigns.domain.shared.channels import ChannelType, Content
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import TemplateId
from campaigns.domain.shared.names import name_breaches


class CreateTemplate(Command, frozen=True, kw_only=True):
    name: str
    channel_type: ChannelType
    content: Content


class CreateTemplateHandler:
    def __init__(self, templates: Templates, rules: ContentRules, clock: Clock, ids: Ids) -> None:
        self._templates, self._rules, self._clock, self._ids = templates, rules, clock, ids

    async def __call__(self, command: CreateTemplate) -> Template:
        require_usable(self._rules, command.name, command.content, command.channel_type)
        caller, now = command.caller, self._clock.now()
        template = Template(
            id=TemplateId(self._ids.new()),
            tenant_id=caller.tenant_id,
            name=command.name.strip(),
            channel_type=command.channel_type,
            content=command.content,
            version=1,
            created_at=now,
            created_by=caller.principal,
            updated_at=now,
            updated_by=caller.principal,
        )
        return await self._templates.add(template, caller)


def require_usable(rules: ContentRules, name: str, content: Content, channel: ChannelType) -> None:
    """It needs a name. It may leave fields to the campaign, but what it says must compile."""
    said = {f"/{field}" for field in content.__struct_fields__ if getattr(content, field) is not None}
    broken = [
        *name_breaches(name.strip()),
        *(
            Violation(f"/content{violation.pointer}", violation.message)
            for violation in rules.problems(content, channel)
            if violation.pointer in said
        ),
    ]
    if broken:
        raise InvalidContentError("The template cannot be used", tuple(broken))
