"""The words for executions."""

from enum import StrEnum


class ExecutionKind(StrEnum):
    """What set an execution off."""

    SCHEDULED = "scheduled"
    TRIGGERED = "triggered"
    MANUAL = "manual"
    RECURRING = "recurring"


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
