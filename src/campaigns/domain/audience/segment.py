"""A segment: people under a name, by criteria or one by one."""

from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from campaigns.domain.audience.errors import InvalidAudienceError, SegmentNotFoundError
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.events import Event
from campaigns.domain.shared.ids import SegmentId, TenantId, UserId
from campaigns.domain.shared.names import name_breaches

MOST_USERS = 10_000
LONGEST_DESCRIPTION = 2_000
LONGEST_USER_ID = 255


class Meaning(Struct, frozen=True, kw_only=True):
    """Whom a segment means: exactly one of criteria (as JSON) and named users."""

    name: str
    description: str | None = None
    criteria: dict[str, Any] | None = None
    user_ids: tuple[UserId, ...] | None = None


class SegmentCreated(Event, frozen=True, kw_only=True):
    segment_id: SegmentId
    tenant_id: TenantId
    meaning: Meaning


class SegmentChanged(Event, frozen=True, kw_only=True):
    meaning: Meaning


class SegmentDeleted(Event, frozen=True, kw_only=True):
    """The segment can no longer be used; campaigns that name it cannot be launched."""


SegmentEvent: TypeAlias = SegmentCreated | SegmentChanged | SegmentDeleted


class Segment(Struct, frozen=True, kw_only=True):
    id: SegmentId
    tenant_id: TenantId
    version: int
    meaning: Meaning
    created_by: str
    created_at: datetime
    updated_at: datetime
    deleted: bool = False

    def change(self, meaning: Meaning, *, at: datetime, by: str) -> tuple[SegmentEvent, ...]:
        """Nothing, when it means the same already. InvalidAudienceError, SegmentNotFoundError."""
        self._require_present()
        checked = _checked(meaning)
        return () if checked == self.meaning else (SegmentChanged(at=at, by=by, meaning=checked),)

    def delete(self, *, at: datetime, by: str) -> tuple[SegmentEvent, ...]:
        self._require_present()
        return (SegmentDeleted(at=at, by=by),)

    def _require_present(self) -> None:
        if self.deleted:
            raise SegmentNotFoundError("There is no such segment")


def create(
    segment_id: SegmentId, tenant_id: TenantId, meaning: Meaning, *, at: datetime, by: str
) -> tuple[SegmentEvent, ...]:
    """InvalidAudienceError lists every broken rule."""
    return (SegmentCreated(at=at, by=by, segment_id=segment_id, tenant_id=tenant_id, meaning=_checked(meaning)),)


def evolve(segment: Segment | None, event: SegmentEvent) -> Segment:
    """The segment after the event; None before its first."""
    if isinstance(event, SegmentCreated):
        return Segment(
            id=event.segment_id,
            tenant_id=event.tenant_id,
            version=1,
            meaning=event.meaning,
            created_by=event.by,
            created_at=event.at,
            updated_at=event.at,
        )
    if segment is None:
        raise LookupError(f"a stream begins with SegmentCreated, not {type(event).__name__}")
    after = replace(segment, version=segment.version + 1, updated_at=event.at)
    if isinstance(event, SegmentChanged):
        return replace(after, meaning=event.meaning)
    return replace(after, deleted=True)


def _checked(meaning: Meaning) -> Meaning:
    violations = [*_about_texts(meaning), *_about_people(meaning)]
    if violations:
        raise InvalidAudienceError("The segment is not valid", tuple(violations))
    users = None if meaning.user_ids is None else tuple(dict.fromkeys(meaning.user_ids))
    return replace(meaning, name=meaning.name.strip(), user_ids=users)


def _about_texts(meaning: Meaning) -> list[Violation]:
    found = list(name_breaches(meaning.name.strip()))
    if meaning.description is not None and len(meaning.description) > LONGEST_DESCRIPTION:
        found.append(Violation("/description", f"must have at most {LONGEST_DESCRIPTION} characters"))
    return found


def _about_people(meaning: Meaning) -> list[Violation]:
    if (meaning.criteria is None) == (meaning.user_ids is None):
        return [Violation("/criteria", "a segment has either criteria or user_ids")]
    if meaning.criteria is not None:
        return list(_about_criteria(meaning.criteria))
    return _about_users(meaning.user_ids or ())


def _about_criteria(criteria: dict[str, Any]) -> tuple[Violation, ...]:
    try:
        parse(criteria, "/criteria")
    except InvalidError as wrong:
        return wrong.violations
    return ()


def _about_users(user_ids: tuple[UserId, ...]) -> list[Violation]:
    if not 0 < len(user_ids) <= MOST_USERS:
        return [Violation("/user_ids", f"must name 1 to {MOST_USERS:,} users; import a dataset for more")]
    return [
        Violation(f"/user_ids/{at}", f"must have 1 to {LONGEST_USER_ID} characters, without NUL")
        for at, user_id in enumerate(user_ids)
        if not 0 < len(user_id) <= LONGEST_USER_ID or "\0" in user_id
    ][:50]
