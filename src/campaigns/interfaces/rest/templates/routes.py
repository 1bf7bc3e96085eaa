"""Templates over REST."""

from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from campaigns.application.delivery.commands.create_template import CreateTemplate
from campaigns.application.delivery.commands.delete_template import DeleteTemplate
from campaigns.application.delivery.commands.update_template import UpdateTemplate
from campaigns.application.delivery.queries.list_templates import ListTemplates
from campaigns.application.delivery.queries.preview_template import PreviewTemplate
from campaigns.application.delivery.queries.show_template import ShowTemplate
from campaigns.application.delivery.templates import TemplatePage
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.delivery.template import Template
from campaigns.domain.shared.channels import ChannelType
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.templates.schemas import (
    ChangedTemplate,
    NewTemplate,
    PreviewView,
    TemplateList,
    TemplatePreviewBody,
    TemplateView,
    preview_view,
    template_view,
)
from campaigns.interfaces.rest.versions import versioned
from campaigns.interfaces.rest.wire import Limit, Offset


class TemplatesController(Controller):
    path = "/templates"

    @post("/", opt=needs(Scope.WRITE), operation_id="CreateTemplate")
    async def create(
        self, data: JSONBody[NewTemplate], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Response[TemplateView]:
        """Keep content under a name that no other template of the tenant has."""
        command = CreateTemplate(caller=caller, name=data.name, channel_type=data.channel_type, content=data.content)
        template: Template = await bus(command)
        return versioned(template_view(template), template.version, 201)

    @get("/", opt=needs(Scope.READ), operation_id="ListTemplates")
    async def all(
        self,
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        channel_type: FromQuery[ChannelType | None] = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> TemplateList:
        """The tenant's templates, by name."""
        page: TemplatePage = await bus(
            ListTemplates(caller=caller, channel_type=channel_type, limit=limit, offset=offset)
        )
        return TemplateList(
            templates=tuple(map(template_view, page.templates)),
            total=page.total,
            limit=limit,
            offset=offset,
            has_more=offset + len(page.templates) < page.total,
        )

    @get("/{template_id:uuid}", opt=needs(Scope.READ), operation_id="ShowTemplate")
    async def one(
        self, template_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Response[TemplateView]:
        """One template in its present version."""
        template: Template = await bus(ShowTemplate(caller=caller, template_id=template_id))
        return versioned(template_view(template), template.version)

    @put("/{template_id:uuid}", opt=needs(Scope.WRITE), operation_id="UpdateTemplate")
    async def change(
        self,
        template_id: FromPath[UUID],
        data: JSONBody[ChangedTemplate],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[TemplateView]:
        """Store the next version. Executions that have begun may still use the one before."""
        command = UpdateTemplate(
            caller=caller,
            template_id=template_id,
            name=data.name,
            content=data.content,
            expected_version=expected_version,
        )
        template: Template = await bus(command)
        return versioned(template_view(template), template.version)

    @delete("/{template_id:uuid}", opt=needs(Scope.WRITE), operation_id="DeleteTemplate")
    async def remove(
        self, template_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> None:
        """Give a template up; campaigns that name it can no longer be launched."""
        await bus(DeleteTemplate(caller=caller, template_id=template_id))

    @post("/{template_id:uuid}/preview", opt=needs(Scope.READ), status_code=200, operation_id="PreviewTemplate")
    async def preview(
        self,
        template_id: FromPath[UUID],
        data: JSONBody[TemplatePreviewBody],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> PreviewView:
        """The template filled for one person; what is missing is named."""
        return preview_view(await bus(PreviewTemplate(caller=caller, template_id=template_id, profile=data.profile)))
