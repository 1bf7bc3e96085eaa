"""The tenant's templates."""

from campaigns.application.delivery.templates import TemplatePage, Templates
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.channels import ChannelType


class ListTemplates(Query, frozen=True, kw_only=True):
    channel_type: ChannelType | None
    limit: int
    offset: int


class ListTemplatesHandler:
    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def __call__(self, query: ListTemplates) -> TemplatePage:
        return await self._templates.page(query.caller, query.channel_type, query.limit, query.offset)
