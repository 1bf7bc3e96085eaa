"""What people did that made a trigger answer, as content names it: `{{ event.<name> }}`, as conditions do."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from campaigns.domain.shared.ids import ExecutionId, TenantId

EVENT = "event"
People = Mapping[str, Mapping[str, Any]]


class AnsweredEvents(Protocol):
    """The events that a run answers."""

    async def of(
        self, execution_id: ExecutionId, tenant_id: TenantId, user_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """By user id, what their event said under `data`; who was not gathered for the run is left out."""


def with_events(people: People, said: Mapping[str, Mapping[str, Any]], user_ids: Collection[str]) -> People:
    """These people with what their events said; it hides an attribute of that name."""
    return {
        user_id: {**people.get(user_id, {"user_id": user_id}), EVENT: said.get(user_id, {})} for user_id in user_ids
    }
