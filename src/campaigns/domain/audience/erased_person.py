"""What remains to be told of a person who was erased: which messages were theirs. Who they were is in none of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from campaigns.domain.shared.events import Event
from campaigns.domain.shared.ids import CampaignId, TenantId

MOST_AT_ONCE = 1_000
"""Messages that one event names."""


class PersonErased(Event, frozen=True, kw_only=True):
    """These messages of a campaign were planned for somebody who has been forgotten."""

    erasure_id: UUID
    tenant_id: TenantId
    campaign_id: CampaignId
    message_ids: tuple[str, ...]


class ErasedPerson(Struct, frozen=True, kw_only=True):
    """Somebody by their erasure; `told`: the messages that the world knows to have been theirs."""

    id: UUID
    tenant_id: TenantId
    version: int
    told: frozenset[str]


def tell(
    erasure_id: UUID,
    tenant_id: TenantId,
    messages: Mapping[CampaignId, Sequence[str]],
    told: frozenset[str],
    *,
    at: datetime,
    by: str,
) -> tuple[PersonErased, ...]:
    """Of each campaign those of the messages that were not told before; nothing when all were."""
    new = {campaign_id: [one for one in theirs if one not in told] for campaign_id, theirs in messages.items()}
    return tuple(
        PersonErased(at=at, by=by, erasure_id=erasure_id, tenant_id=tenant_id, campaign_id=campaign_id, message_ids=ids)
        for campaign_id, theirs in new.items()
        for ids in _in_parts(theirs)
    )


def evolve(person: ErasedPerson | None, event: PersonErased) -> ErasedPerson:
    """The person after the event; None before the first."""
    if person is None:
        told = frozenset(event.message_ids)
        return ErasedPerson(id=event.erasure_id, tenant_id=event.tenant_id, version=1, told=told)
    return replace(person, version=person.version + 1, told=person.told | frozenset(event.message_ids))


def _in_parts(messages: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(messages), MOST_AT_ONCE):
        yield tuple(messages[start : start + MOST_AT_ONCE])
