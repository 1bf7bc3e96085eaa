"""One template."""

from uuid import UUID

from campaigns.application.delivery.templates import Templates
from campaigns.application.shared.messages import Query
from campaigns.domain.delivery.template import Template


class ShowTemplate(Query, frozen=True, kw_only=True):
    template_id: UUID


class ShowTemplateHandler:
    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def __call__(self, query: ShowTemplate) -> Template:
        return await self._templates.get(query.template_id, query.caller)
