"""Figures as they are asked for and answered."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.analytics.measures import Counts


class Dimension(StrEnum):
    """What figures can be broken down by."""

    VARIANT = "variant"
    CHANNEL = "channel"
    SEGMENT = "segment"
    EXECUTION = "execution"


class Slot(Struct, frozen=True, kw_only=True):
    """Which part of the campaign; None where it was not asked for, or where the part is not known.

    People are not kept by segment once an audience is resolved: `segment` is always None.
    """

    variant_id: str | None = None
    variant: str | None = None
    channel: str | None = None
    segment: str | None = None
    execution_id: UUID | None = None
    hour: datetime | None = None


class SlotFigures(Struct, frozen=True, kw_only=True):
    """The counts of one part."""

    slot: Slot
    counts: Counts


class Population(Struct, frozen=True, kw_only=True):
    """How many people the campaign's executions had, and how many of them were held out."""

    audience: int = 0
    holdout: int = 0
    holdout_converted: int = 0


class Figures(Protocol):
    """What campaigns of the caller's tenant achieved, at most a second behind."""

    async def of(
        self, campaign_id: UUID, caller: Caller, *, by: Sequence[Dimension] = (), hourly: bool = False
    ) -> Sequence[SlotFigures]:
        """One entry for each part that has figures, in a stable order; parts are named as asked for by `by`.

        NotFoundError when the tenant has no such campaign.
        """

    async def population(self, campaign_id: UUID, caller: Caller) -> Population:
        """Summed over all executions."""
