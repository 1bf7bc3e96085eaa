"""What is asked of a test that is under way: who is in it, how far it is, what its variants achieved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.experiment.arms import Arm
from campaigns.domain.shared.ids import TenantId


class TestedVariant(Struct, frozen=True, kw_only=True):
    """One variant and what it achieved in the test alone: what the rest of the audience did later is not in it."""

    variant_id: UUID
    arm: Arm


class RunReading(Struct, frozen=True, kw_only=True):
    """The test of one run, or of all runs of a triggered campaign, whose id is `execution_id` then.

    `sample` messages are its own, of which `untold` have no outcome yet; `rest` people are beyond it. `ends_at`: judged
    for the last time then, None until the whole sample has an outcome. `over`: the run was cancelled or failed, so that
    nothing of the test can be decided any more.
    """

    execution_id: UUID
    began_at: datetime
    sample: int
    untold: int
    rest: int
    rest_waits: bool
    ends_at: datetime | None
    over: bool
    variants: tuple[TestedVariant, ...]

    @property
    def is_sent(self) -> bool:
        return self.untold == 0

    def arms(self) -> tuple[Arm, ...]:
        """What can be compared: while the sample is being sent, the control has had longer than all others."""
        arms = (variant.arm for variant in self.variants)
        return tuple(arm for arm in arms if self.is_sent or not arm.is_control)


class OpenTest(Struct, frozen=True):
    """A test that nobody has decided."""

    tenant_id: TenantId
    campaign_id: UUID
    execution_id: UUID


class Readings(Protocol):
    """Tests as they stand."""

    async def begin(self, campaign_id: UUID, caller: Caller) -> None:
        """Look at a triggered campaign from now on: all its runs are one test, under the campaign's own id."""

    async def of(self, campaign: Campaign, execution_id: UUID | None, caller: Caller) -> RunReading:
        """Of this run, or of the newest; figures are at most some seconds old. NoExperimentError: none has begun."""

    async def due(self, every: float, limit: int) -> Sequence[OpenTest]:
        """Open tests of all tenants that nobody looked at for `every` seconds; from now on they were looked at."""

    async def end_at(self, execution_id: UUID, ends_at: datetime) -> None:
        """The whole sample has an outcome: judge for the last time then. Said again, it changes nothing."""

    async def close(self, execution_id: UUID) -> None:
        """It is decided, or never will be: it is looked at no more."""
