"""Content kept under a name, for any number of campaigns."""

from datetime import datetime

from msgspec import Struct

from campaigns.domain.shared.channels import ChannelType, Content
from campaigns.domain.shared.errors import InvalidError, NotFoundError, RefusedError
from campaigns.domain.shared.ids import TemplateId, TenantId


class Template(Struct, frozen=True, kw_only=True):
    """One version of a template; earlier versions are kept. A channel's own fields win over the template's."""

    id: TemplateId
    tenant_id: TenantId
    name: str
    channel_type: ChannelType
    content: Content
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str


class InvalidContentError(InvalidError):
    """A text does not compile, or what a template or channel needs is not there."""

    code = "delivery.content"


class TemplateNotFoundError(NotFoundError):
    code = "delivery.template_not_found"


class TemplateNameTakenError(RefusedError):
    """Another template of the tenant has that name."""

    code = "delivery.template_name_taken"
