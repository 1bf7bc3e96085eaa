"""What every message to one campaign names."""

from uuid import UUID

from campaigns.application.shared.messages import Command, Query


class CampaignCommand(Command, frozen=True, kw_only=True):
    """An intention about one campaign; with `expected_version` it holds for that version alone."""

    campaign_id: UUID
    expected_version: int | None = None


class CampaignQuery(Query, frozen=True, kw_only=True):
    campaign_id: UUID
