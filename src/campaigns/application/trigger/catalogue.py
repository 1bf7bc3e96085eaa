"""Everything the trigger context can do, and every question it answers."""

from collections.abc import Mapping

from campaigns.application.trigger.commands.take_events import TakeEvents, TakeEventsHandler
from campaigns.application.trigger.queries.replay_triggers import ReplayTriggers, ReplayTriggersHandler
from campaigns.application.trigger.queries.trigger_history import TriggerHistory, TriggerHistoryHandler

COMMANDS: Mapping[type, type] = {
    TakeEvents: TakeEventsHandler,
}

QUERIES: Mapping[type, type] = {
    ReplayTriggers: ReplayTriggersHandler,
    TriggerHistory: TriggerHistoryHandler,
}
