"""What is recorded of a segment, field by field, what a refusal says, and what lies just inside each limit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from campaigns.domain.audience.segment import (
    Meaning,
    Segment,
    SegmentChanged,
    SegmentCreated,
    SegmentDeleted,
    SegmentEvent,
    create,
    evolve,
)
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import SegmentId, TenantId, UserId

AT = datetime(2027, 1, 1, tzinfo=UTC)
LATER = AT + timedelta(days=1)
ID, ACME = SegmentId(UUID(int=7)), TenantId("acme")
GERMANS = Meaning(name="Germans", criteria={"field": "country", "operator": "equals", "value": "DE"})
TWO = Meaning(name="Two", user_ids=(UserId("a"), UserId("b")))
CREATED = SegmentCreated(at=AT, by="anna", segment_id=ID, tenant_id=ACME, meaning=GERMANS)
SEGMENT = Segment(id=ID, tenant_id=ACME, version=1, meaning=GERMANS, created_by="anna", created_at=AT, updated_at=AT)
GONE = replace(SEGMENT, version=2, updated_at=LATER, deleted=True)


@pytest.mark.parametrize(
    ("decide", "fact"),
    [
        (lambda: create(ID, ACME, GERMANS, at=AT, by="anna"), CREATED),
        (lambda: SEGMENT.change(TWO, at=LATER, by="ben"), SegmentChanged(at=LATER, by="ben", meaning=TWO)),
        (lambda: SEGMENT.delete(at=LATER, by="ben"), SegmentDeleted(at=LATER, by="ben")),
    ],
)
def test_a_decision_records_what_when_and_who(decide: Callable[[], object], fact: SegmentEvent) -> None:
    assert decide() == (fact,)


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        (None, CREATED, SEGMENT),
        (
            SEGMENT,
            SegmentChanged(at=LATER, by="ben", meaning=TWO),
            replace(SEGMENT, version=2, updated_at=LATER, meaning=TWO),
        ),
        (SEGMENT, SegmentDeleted(at=LATER, by="ben"), GONE),
    ],
)
def test_a_fact_changes_this_and_nothing_else(before: Segment | None, event: SegmentEvent, after: Segment) -> None:
    assert evolve(before, event) == after


def test_a_stream_that_begins_in_its_middle_is_named() -> None:
    with pytest.raises(LookupError, match=r"^a stream begins with SegmentCreated, not SegmentDeleted$"):
        evolve(None, SegmentDeleted(at=AT, by="ben"))


@pytest.mark.parametrize(
    "meaning",
    [
        replace(GERMANS, name="x" * 255),
        replace(GERMANS, name="x"),
        replace(GERMANS, description="x" * 2_000),
        replace(TWO, user_ids=tuple(UserId(str(n)) for n in range(10_000))),
        replace(TWO, user_ids=(UserId("x" * 255),)),
    ],
    ids=["longest name", "shortest name", "longest description", "most users", "longest user id"],
)
def test_what_lies_just_inside_the_limits_is_kept(meaning: Meaning) -> None:
    assert evolve(None, create(ID, ACME, meaning, at=AT, by="anna")[0]).meaning == meaning


INVALID, MISSING = "The segment is not valid", "There is no such segment"
USER_ID = "must have 1 to 255 characters, without NUL"


def created(**changes: object) -> Callable[[], object]:
    return lambda: create(ID, ACME, replace(TWO, **changes), at=AT, by="anna")


@pytest.mark.parametrize(
    ("decide", "sentences"),
    [
        (lambda: GONE.delete(at=LATER, by="ben"), [MISSING]),
        (created(name=" "), [INVALID, "/name must not be blank"]),
        (created(description="x" * 2_001), [INVALID, "/description must have at most 2000 characters"]),
        (created(user_ids=None), [INVALID, "/criteria a segment has either criteria or user_ids"]),
        (created(user_ids=()), [INVALID, "/user_ids must name 1 to 10,000 users; import a dataset for more"]),
        (created(user_ids=("a", "")), [INVALID, f"/user_ids/1 {USER_ID}"]),
        (created(user_ids=("",) * 60), [INVALID, *(f"/user_ids/{n} {USER_ID}" for n in range(50))]),
    ],
)
def test_a_refused_segment_is_told_why(decide: Callable[[], object], sentences: list[str]) -> None:
    with pytest.raises(DomainError) as refused:
        decide()
    told = [f"{broken.pointer} {broken.message}" for broken in refused.value.violations]
    assert [refused.value.detail, *told] == sentences
