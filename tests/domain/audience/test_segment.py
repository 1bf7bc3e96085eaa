from datetime import UTC, datetime
from uuid import UUID

import pytest

from campaigns.domain.audience.errors import InvalidAudienceError, SegmentNotFoundError
from campaigns.domain.audience.segment import (
    Meaning,
    Segment,
    SegmentChanged,
    SegmentCreated,
    SegmentDeleted,
    create,
    evolve,
)
from campaigns.domain.shared.ids import SegmentId, TenantId, UserId

AT = datetime(2027, 1, 1, tzinfo=UTC)
ID = SegmentId(UUID(int=7))
GERMANS = {"field": "country", "operator": "equals", "value": "DE"}


def made(meaning: Meaning) -> Segment:
    (created,) = create(ID, TenantId("acme"), meaning, at=AT, by="anna")
    return evolve(None, created)


def test_a_segment_begins_with_its_meaning() -> None:
    segment = made(Meaning(name=" Germans ", criteria=GERMANS))
    assert (segment.version, segment.meaning.name, segment.created_by, segment.deleted) == (1, "Germans", "anna", False)


def test_named_users_are_kept_once_each() -> None:
    assert made(Meaning(name="S", user_ids=(UserId("a"), UserId("b"), UserId("a")))).meaning.user_ids == ("a", "b")


@pytest.mark.parametrize(
    ("meaning", "pointer"),
    [
        (Meaning(name=" ", criteria=GERMANS), "/name"),
        (Meaning(name="x" * 256, criteria=GERMANS), "/name"),
        (Meaning(name="S", description="x" * 2001, criteria=GERMANS), "/description"),
        (Meaning(name="S"), "/criteria"),
        (Meaning(name="S", criteria=GERMANS, user_ids=(UserId("a"),)), "/criteria"),
        (Meaning(name="S", criteria={"all": [3]}), "/criteria/all/0"),
        (Meaning(name="S", user_ids=()), "/user_ids"),
        (Meaning(name="S", user_ids=tuple(UserId(str(n)) for n in range(10_001))), "/user_ids"),
        (Meaning(name="S", user_ids=(UserId("a"), UserId(""))), "/user_ids/1"),
        (Meaning(name="S", user_ids=(UserId("a\0"),)), "/user_ids/0"),
    ],
)
def test_a_segment_that_breaks_a_rule_is_refused(meaning: Meaning, pointer: str) -> None:
    with pytest.raises(InvalidAudienceError) as refused:
        create(ID, TenantId("acme"), meaning, at=AT, by="anna")
    assert pointer in [violation.pointer for violation in refused.value.violations]


def test_a_changed_segment_means_something_else() -> None:
    segment = made(Meaning(name="S", criteria=GERMANS))
    (changed,) = segment.change(Meaning(name="T", user_ids=(UserId("a"),)), at=AT, by="ben")
    assert isinstance(changed, SegmentChanged)
    after = evolve(segment, changed)
    assert (after.version, after.meaning.name, after.meaning.criteria) == (2, "T", None)


def test_the_same_meaning_again_changes_nothing() -> None:
    segment = made(Meaning(name="S", criteria=GERMANS))
    assert segment.change(Meaning(name="S ", criteria=GERMANS), at=AT, by="ben") == ()


def test_a_withdrawn_segment_can_neither_change_nor_be_withdrawn_again() -> None:
    segment = made(Meaning(name="S", criteria=GERMANS))
    (deleted,) = segment.delete(at=AT, by="ben")
    assert isinstance(deleted, SegmentDeleted)
    gone = evolve(segment, deleted)
    with pytest.raises(SegmentNotFoundError):
        gone.delete(at=AT, by="ben")
    with pytest.raises(SegmentNotFoundError):
        gone.change(segment.meaning, at=AT, by="ben")


def test_a_stream_that_does_not_begin_at_its_beginning_is_no_segment() -> None:
    with pytest.raises(LookupError):
        evolve(None, SegmentDeleted(at=AT, by="ben"))
    assert SegmentCreated.__struct_fields__[:2] == ("at", "by")
