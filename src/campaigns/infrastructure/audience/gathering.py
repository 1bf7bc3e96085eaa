"""What a resolution needs before it can read: segments, rules and suppressions, fetched side by side."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from msgspec import Struct

from campaigns.application.audience.ports import (
    AudienceOrder,
    Rule,
    RulesEngine,
    SegmentContent,
    SegmentContents,
    SuppressedPeople,
)
from campaigns.domain.audience.definition import AudienceDefinition, Source
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.shared.criteria import Criteria, parse
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import RuleId, SegmentId, UserId


class People(Struct, frozen=True):
    """A union of sets: those who meet any of the criteria, and those who are named."""

    criteria: tuple[Criteria, ...]
    named: frozenset[UserId]


class Gathered(Struct, frozen=True, kw_only=True):
    """Everything that came from elsewhere. `remote` rules have no criteria and are asked person by person."""

    include: People
    exclude: People
    pushed_down: tuple[Criteria, ...]
    remote: tuple[RuleId, ...]
    suppressed: Any


async def gather(
    order: AudienceOrder, segments: SegmentContents, suppressions: SuppressedPeople, engine: RulesEngine
) -> Gathered:
    """Raises InvalidAudienceError for whatever is missing, all of it listed; DependencyDownError."""
    definition = order.definition
    contents, rules, suppressed = await asyncio.gather(
        segments.contents(order.tenant_id, definition.segments()),
        _rules(order, engine),
        suppressions.table(order.tenant_id),
    )
    violations = [*_missing_segments(definition, contents), *_unusable_rules(definition, rules)]
    if violations:
        raise InvalidAudienceError("The audience cannot be resolved", tuple(violations))
    return Gathered(
        include=_people(definition.include, contents),
        exclude=_people((*definition.exclude, Source(user_ids=definition.excluded_users)), contents),
        pushed_down=tuple(rule.criteria for rule in rules.values() if rule.criteria is not None),
        remote=tuple(rule.id for rule in rules.values() if rule.criteria is None),
        suppressed=suppressed,
    )


async def _rules(order: AudienceOrder, engine: RulesEngine) -> Mapping[RuleId, Rule]:
    asked = order.definition.targeting_rules
    return await engine.rules(order.tenant_id, asked) if asked else {}


def _missing_segments(definition: AudienceDefinition, contents: Mapping[SegmentId, object]) -> list[Violation]:
    return [
        Violation(f"/audience/{side}/{at}/segment_id", f"there is no segment {source.segment_id}")
        for side, sources in (("include", definition.include), ("exclude", definition.exclude))
        for at, source in enumerate(sources)
        if source.segment_id and source.segment_id not in contents
    ]


def _unusable_rules(definition: AudienceDefinition, rules: Mapping[RuleId, Rule]) -> list[Violation]:
    found = []
    for at, rule_id in enumerate(definition.targeting_rules):
        rule = rules.get(rule_id)
        if rule is None:
            found.append(Violation(f"/audience/targeting_rules/{at}", f"the rules engine has no rule {rule_id}"))
        elif not rule.enabled:
            found.append(Violation(f"/audience/targeting_rules/{at}", f"the rule {rule.name!r} is not enabled"))
    return found


def _people(sources: Sequence[Source], contents: Mapping[SegmentId, SegmentContent]) -> People:
    criteria: list[Criteria] = []
    named: set[UserId] = set()
    for source in sources:
        meant = contents[source.segment_id] if source.segment_id else source
        named.update(meant.user_ids or ())
        if meant.criteria is not None:
            criteria.append(parse(meant.criteria))
    return People(tuple(criteria), frozenset(named))


def id_table(user_ids: frozenset[UserId]) -> pa.Table:
    """User ids as a sorted Arrow table of one column."""
    return pa.table({"user_id": pa.array(sorted(user_ids), type=pa.string())})
