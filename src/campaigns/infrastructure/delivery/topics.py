"""The stored names of what happens to executions."""

from campaigns.domain.delivery.events import (
    ExecutionCancelled,
    ExecutionCompleted,
    ExecutionCreated,
    ExecutionFailed,
    ExecutionPaused,
    ExecutionResumed,
    ExecutionStarted,
    ExecutionTestSettled,
)
from campaigns.infrastructure.eventstore.topics import Topics

TOPICS = Topics(
    {
        "execution.created": ExecutionCreated,
        "execution.started": ExecutionStarted,
        "execution.paused": ExecutionPaused,
        "execution.resumed": ExecutionResumed,
        "execution.test_settled": ExecutionTestSettled,
        "execution.completed": ExecutionCompleted,
        "execution.failed": ExecutionFailed,
        "execution.cancelled": ExecutionCancelled,
    }
)
