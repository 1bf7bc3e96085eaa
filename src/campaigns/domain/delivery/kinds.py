"""The words for executions."""

from enum import StrEnum


class ExecutionKind(StrEnum):
    """What set an execution off."""

    SCHEDULED = "scheduled"
    TRIGGERED = "triggered"
    MANUAL = "manual"
    RECURRING = "recurring"


PLANNED = frozenset({ExecutionKind.SCHEDULED, ExecutionKind.RECURRING})
"""Set off by a schedule, for the instant that they are planned for."""


class ExecutionStatus(StrEnum):
    """pending → running ⇄ paused → completed | failed | cancelled. A pending one can be paused as well."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in (ExecutionStatus.PENDING, ExecutionStatus.RUNNING, ExecutionStatus.PAUSED)
