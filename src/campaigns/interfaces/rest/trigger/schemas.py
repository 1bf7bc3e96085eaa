"""Triggers as they travel."""

from uuid import UUID

from campaigns.domain.campaign.draft import TriggerDraft
from campaigns.interfaces.rest.wire import View


class TriggerBody(TriggerDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trigger; its id is made when none is given. Conditions name what the event says as `event.<name>`."""


class TriggerList(View, frozen=True, kw_only=True):
    triggers: tuple[TriggerDraft, ...]


def trigger_with(triggers: tuple[TriggerDraft, ...], trigger_id: UUID) -> TriggerDraft:
    return next(trigger for trigger in triggers if trigger.trigger_id == trigger_id)
