"""Runs that are planned before they begin."""

from datetime import UTC, datetime
from uuid import UUID, uuid5


def planned_execution_id(campaign_id: UUID, planned_for: datetime) -> UUID:
    """The id of the one run for this instant: whoever computes it gets the same, so the instant runs once."""
    return uuid5(campaign_id, f"planned:{planned_for.astimezone(UTC).isoformat()}")
