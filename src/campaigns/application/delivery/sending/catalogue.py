"""What a worker decides of an execution as a whole."""

from collections.abc import Mapping

from campaigns.application.delivery.commands.complete_execution import CompleteExecution, CompleteExecutionHandler
from campaigns.application.delivery.commands.fail_execution import FailExecution, FailExecutionHandler
from campaigns.application.delivery.commands.pause_execution import PauseExecution, PauseExecutionHandler

COMMANDS: Mapping[type, type] = {
    CompleteExecution: CompleteExecutionHandler,
    FailExecution: FailExecutionHandler,
    PauseExecution: PauseExecutionHandler,
}
QUERIES: Mapping[type, type] = {}
