"""Planned instants that somebody else rings for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from campaigns.domain.shared.ids import CampaignId, TenantId


class PlannedTask(Struct, frozen=True, kw_only=True):
    """A planned instant that somebody else may ring for."""

    tenant_id: TenantId
    campaign_id: CampaignId
    planned_for: datetime


class OrderedTask(PlannedTask, frozen=True, kw_only=True):
    """It was ordered, and is known there by `task_id`."""

    task_id: str


class TaskService(Protocol):
    """Rings at planned instants, by events. DependencyDownError when it is away or answers otherwise than it should."""

    async def order(self, task: PlannedTask) -> str:
        """Its name for the task; the same order again is the same task."""

    async def withdraw(self, task: OrderedTask) -> None:
        """It will not ring; nothing happens when it does not know the task any more."""


class OrderedTasks(Protocol):
    """What was ordered, across all tenants."""

    async def ordered(self) -> Sequence[OrderedTask]: ...

    async def get(self, tenant_id: TenantId, task_id: str) -> OrderedTask:
        """TaskNotFoundError."""

    async def add(self, task: PlannedTask, task_id: str) -> None: ...

    async def forget(self, task: OrderedTask, now: datetime) -> None:
        """One that is to come at once; one whose time has come after a week, since it may ring late."""
