"""Templates and previews as they travel."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, field

from campaigns.application.delivery.templates import Preview
from campaigns.domain.delivery.template import Template
from campaigns.domain.shared.channels import ChannelType, Content
from campaigns.domain.shared.errors import Violation
from campaigns.interfaces.rest.problems import ProblemError
from campaigns.interfaces.rest.wire import Body, Name, View

Profile = Annotated[dict[Annotated[str, Meta(max_length=255)], Any], Meta(max_length=500)]


class NewTemplate(Body, frozen=True, kw_only=True):
    """Fields left out are the campaign's to say."""

    name: Name
    channel_type: ChannelType
    content: Content


class ChangedTemplate(Body, frozen=True, kw_only=True):
    name: Name
    content: Content


class TemplatePreviewBody(Body, frozen=True, kw_only=True):
    """The person to write to: attributes by name."""

    profile: Profile = field(default_factory=dict)


class TemplateView(View, frozen=True, kw_only=True):
    id: UUID
    name: str
    channel_type: ChannelType
    content: Content
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str


class TemplateList(View, frozen=True, kw_only=True):
    templates: tuple[TemplateView, ...]
    total: int
    limit: int
    offset: int
    has_more: bool


class PreviewView(View, frozen=True, kw_only=True):
    """`fields` are the rendered texts; `message` is the finished mail (MIME) or call (JSON); `problems` say what is
    missing or wrong, `warnings` which links will not be counted, by field.
    """

    channel_type: ChannelType
    fields: dict[str, str]
    problems: tuple[ProblemError, ...]
    warnings: tuple[ProblemError, ...]
    message: str | None


def template_view(template: Template) -> TemplateView:
    return TemplateView(**{name: getattr(template, name) for name in TemplateView.__struct_fields__})


def preview_view(preview: Preview) -> PreviewView:
    return PreviewView(
        channel_type=preview.channel_type,
        fields=dict(preview.fields),
        problems=_listed(preview.problems),
        warnings=_listed(preview.warnings),
        message=preview.message,
    )


def _listed(violations: tuple[Violation, ...]) -> tuple[ProblemError, ...]:
    return tuple(ProblemError(pointer=broken.pointer, message=broken.message) for broken in violations)
