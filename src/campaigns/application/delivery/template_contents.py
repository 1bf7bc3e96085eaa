"""The stored templates, as rendering asks for them."""

from typing import Protocol

from campaigns.domain.shared.channels import Content
from campaigns.domain.shared.ids import TenantId


class TemplateContents(Protocol):
    """Content kept under a name, for any number of campaigns."""

    async def content(self, tenant_id: TenantId, template_id: str) -> Content:
        """The template's present content. Raises NotFoundError."""
