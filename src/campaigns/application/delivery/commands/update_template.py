"""Change a template; campaigns that use it say the new words from their next execution on."""

from uuid import UUID

from msgspec.structs import replace

from campaigns.application.delivery.commands.create_template import require_usable
from campaigns.application.delivery.templates import ContentRules, Templates
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.template import Template
from campaigns.domain.shared.channels import Content


class UpdateTemplate(Command, frozen=True, kw_only=True):
    template_id: UUID
    name: str
    content: Content
    expected_version: int | None = None


class UpdateTemplateHandler:
    def __init__(self, templates: Templates, rules: ContentRules, clock: Clock) -> None:
        self._templates, self._rules, self._clock = templates, rules, clock

    async def __call__(self, command: UpdateTemplate) -> Template:
        present = await self._templates.get(command.template_id, command.caller)
        require_usable(self._rules, command.name, command.content, present.channel_type)
        changed = replace(
            present,
            name=command.name.strip(),
            content=command.content,
            version=present.version + 1,
            updated_at=self._clock.now(),
            updated_by=command.caller.principal,
        )
        return await self._templates.replace(changed, command.caller, command.expected_version)
