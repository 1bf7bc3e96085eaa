"""Adding, replacing and removing single triggers of a definition."""

from collections.abc import Callable
from uuid import UUID

from msgspec.structs import replace

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.draft import TriggerDraft
from campaigns.domain.campaign.errors import PartNotFoundError
from campaigns.domain.campaign.values import TriggerDefinition


def with_trigger(definition: Definition, draft: TriggerDraft, new_id: Callable[[], UUID]) -> Definition:
    """The definition with one trigger more."""
    return replace(definition, triggers=(*definition.triggers, draft.trigger(draft.trigger_id or new_id())))


def with_trigger_replaced(definition: Definition, trigger_id: UUID, draft: TriggerDraft) -> Definition:
    """The definition with this trigger written anew, under its id and in its place."""
    _trigger(definition, trigger_id)
    renewed = draft.trigger(trigger_id)
    return replace(
        definition,
        triggers=tuple(renewed if trigger.trigger_id == trigger_id else trigger for trigger in definition.triggers),
    )


def without_trigger(definition: Definition, trigger_id: UUID) -> Definition:
    """The definition without this trigger."""
    gone = _trigger(definition, trigger_id)
    return replace(definition, triggers=tuple(trigger for trigger in definition.triggers if trigger is not gone))


def _trigger(definition: Definition, trigger_id: UUID) -> TriggerDefinition:
    for trigger in definition.triggers:
        if trigger.trigger_id == trigger_id:
            return trigger
    raise PartNotFoundError("The campaign has no such trigger")
