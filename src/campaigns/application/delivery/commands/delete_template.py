"""Give a template up; its name is free again."""

from uuid import UUID

from campaigns.application.delivery.templates import Templates
from campaigns.application.shared.messages import Command


class DeleteTemplate(Command, frozen=True, kw_only=True):
    template_id: UUID


class DeleteTemplateHandler:
    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def __call__(self, command: DeleteTemplate) -> None:
        await self._templates.remove(command.template_id, command.caller)
