"""A counted audience has as many people as the stream finds."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.infrastructure.audience.datasets import (
    GivenContacts,
    GivenRules,
    GivenSegments,
    GivenSuppressions,
    embedded,
    rule,
    write,
)
from tests.infrastructure.audience.test_resolution import (
    EVERYBODY,
    GERMANS,
    criteria,
    order,
    person,
    profiles,
    resolved,
    sources,
    users,
)

from campaigns.application.audience.ports import AudienceOrder, SegmentContent
from campaigns.domain.audience.definition import AudienceDefinition, FilterStep, Source
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.ids import SegmentId, UserId
from campaigns.infrastructure.audience.counts import WarehouseCounts
from campaigns.infrastructure.audience.resolution import WarehouseAudiences

SEGMENT = SegmentContent(segment_id=SegmentId(UUID(int=1)), name="s", criteria=GERMANS)


def counted(home: Path, asked: AudienceOrder, rules: GivenRules | None = None) -> int:
    warehouse, shared = embedded(home)
    segments, engine = GivenSegments(SEGMENT), rules or GivenRules()
    resolver = WarehouseAudiences(warehouse, shared, segments, GivenSuppressions({}), engine, contacts=GivenContacts())
    return asyncio.run(WarehouseCounts(resolver, segments, engine, warehouse).count(asked))


steps = st.lists(
    st.builds(
        FilterStep,
        name=st.just("step"),
        listed_in=st.sampled_from([(), ("list",)]),
        criteria=criteria,
        keep=st.booleans(),
    ),
    max_size=2,
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    people=st.dictionaries(users, profiles, max_size=12),
    listed=st.dictionaries(users, profiles, max_size=6),
    include=st.lists(sources, max_size=3),
    exclude=st.lists(sources, max_size=2),
    excluded=st.lists(users, max_size=2),
    filters=steps,
)
def test_the_count_and_the_stream_agree(  # noqa: PLR0917
    people: dict[str, dict[str, Any]],
    listed: dict[str, dict[str, Any]],
    include: Sequence[Source],
    exclude: Sequence[Source],
    excluded: Sequence[str],
    filters: Sequence[FilterStep],
) -> None:
    definition = AudienceDefinition(
        include=tuple(include),
        exclude=tuple(exclude),
        excluded_users=tuple(map(UserId, excluded)),
        filters=tuple(filters),
    )
    asked = order(definition, channels=())
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write(home, "people", [{"user_id": user, **profile} for user, profile in people.items()], group=3)
        write(home, "list", [{"user_id": user, **profile} for user, profile in listed.items()], group=3)
        rows, _ = resolved(home, asked, segments=GivenSegments(SEGMENT))
        assert counted(home, asked) == len(rows)


def test_a_count_goes_across_many_ranges(tmp_path: Path) -> None:
    write(tmp_path, "people", [person(f"u{n:05}", country="DE" if n % 3 else "FR") for n in range(5_000)], group=100)
    named = Source(user_ids=tuple(UserId(f"u{n:05}x") for n in range(0, 5_000, 7)))
    definition = AudienceDefinition(include=(Source(criteria=GERMANS), named))
    assert counted(tmp_path, order(definition, channels=())) == 3_333 + 715


def test_without_any_dataset_the_named_are_counted(tmp_path: Path) -> None:
    named = Source(user_ids=(UserId("b"), UserId("a")))
    assert counted(tmp_path, order(AudienceDefinition(include=(named,)), channels=())) == 2


def test_rules_in_our_grammar_are_counted_by_the_query(tmp_path: Path) -> None:
    write(tmp_path, "people", [person("a"), person("b", country="FR")])
    rules = GivenRules([rule(1, criteria=parse(GERMANS))])
    asked = order(AudienceDefinition(include=(EVERYBODY,), targeting_rules=(rule(1).id,)), channels=())
    assert (counted(tmp_path, asked, rules), rules.asked) == (1, [])


def test_other_rules_are_asked_person_by_person(tmp_path: Path) -> None:
    write(tmp_path, "people", [person(f"u{n:04}") for n in range(1_500)])
    rules = GivenRules([rule(1)], holds_for=["u0001", "u1400"])
    asked = order(AudienceDefinition(include=(EVERYBODY,), targeting_rules=(rule(1).id,)), channels=())
    assert (counted(tmp_path, asked, rules), len(rules.asked)) == (2, 1_500)


def test_what_cannot_be_resolved_cannot_be_counted(tmp_path: Path) -> None:
    gone = Source(segment_id=SegmentId(UUID(int=9)))
    with pytest.raises(InvalidAudienceError) as refused:
        counted(tmp_path, order(AudienceDefinition(include=(gone,))))
    assert [violation.pointer for violation in refused.value.violations] == ["/audience/include/0/segment_id"]
    steps = (FilterStep(name="x", listed_in=("nowhere",)),)
    with pytest.raises(InvalidAudienceError):
        counted(tmp_path, order(AudienceDefinition(include=(EVERYBODY,), filters=steps)))
