"""Figures as they are asked for and answered."""

from collections.abc import Sequence
from datetime import date, datetime
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

    Segments are those that the audience was made of; who is in several counts in each. `hour` is when the hour began,
    `day` its date, both in the campaign's zone.
    """

    variant_id: str | None = None
    variant: str | None = None
    channel: str | None = None
    segment_id: UUID | None = None
    segment: str | None = None
    execution_id: UUID | None = None
    hour: datetime | None = None
    day: date | None = None


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
        self,
        campaign_id: UUID,
        caller: Caller,
        *,
        by: Sequence[Dimension] = (),
        hourly: bool = False,
        daily: bool = False,
    ) -> Sequence[SlotFigures]:
        """One entry for each part that has figures, in a stable order; parts are named as asked for by `by`.

        NotFoundError when the tenant has no such campaign.
        """

    async def zone(self, campaign_id: UUID, caller: Caller) -> str:
        """The IANA zone whose hours and days the figures come in."""

    async def winner(self, campaign_id: UUID, caller: Caller) -> str | None:
        """The id of the variant that was declared the winner last; None without one."""

    async def population(self, campaign_id: UUID, caller: Caller) -> Population:
        """Summed over all executions."""
