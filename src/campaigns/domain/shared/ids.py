"""Typed identifiers. Ids are made outside the domain (see `application.shared.ports.Ids`) and passed in."""

from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", str)
"""Lower-case slug of 1 to 63 characters; `default` is the embedded tenant."""

CampaignId = NewType("CampaignId", UUID)
VariantId = NewType("VariantId", UUID)
SegmentId = NewType("SegmentId", UUID)
TemplateId = NewType("TemplateId", UUID)
ExecutionId = NewType("ExecutionId", UUID)
RuleId = NewType("RuleId", UUID)
TriggerId = NewType("TriggerId", UUID)

UserId = NewType("UserId", str)
"""A person as the customer's systems name them: any text of 1 to 255 characters without NUL."""
