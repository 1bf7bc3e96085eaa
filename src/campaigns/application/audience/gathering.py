"""What a resolution needs before it can read: segments and rules, fetched side by side."""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from campaigns.application.audience.ports import (
    AudienceOrder,
    Rule,
    RulesEngine,
    SegmentContent,
    SegmentContents,
)
from campaigns.domain.audience.definition import AudienceDefinition, Source
from campaigns.domain.audience.eligibility import Group
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.shared.criteria import Criteria, parse
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import RuleId, SegmentId, UserId


class Gathered(Struct, frozen=True, kw_only=True):
    """Everything that came from elsewhere. `remote` rules have no criteria and are asked person by person."""

    include: Group
    exclude: Group
    pushed_down: tuple[Criteria, ...]
    remote: tuple[RuleId, ...]


async def gather(order: AudienceOrder, segments: SegmentContents, engine: RulesEngine) -> Gathered:
    """Raises InvalidAudienceError for whatever is missing, all of it listed; DependencyDownError."""
    definition = order.definition
    contents, rules = await asyncio.gather(
        segments.contents(order.tenant_id, definition.segments()), _rules(order, engine)
    )
    violations = [*_missing_segments(definition, contents), *_unusable_rules(definition, rules)]
    if violations:
        raise InvalidAudienceError("The audience cannot be resolved", tuple(violations))
    return Gathered(
        include=meant_by(definition.include, contents),
        exclude=meant_by((*definition.exclude, Source(user_ids=definition.excluded_users)), contents),
        pushed_down=tuple(rule.criteria for rule in rules.values() if rule.criteria is not None),
        remote=tuple(rule.id for rule in rules.values() if rule.criteria is None),
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


def meant_by(sources: Sequence[Source], contents: Mapping[SegmentId, SegmentContent]) -> Group:
    """The union of the sources; a segment that is not there means nobody."""
    criteria: list[Criteria] = []
    named: set[UserId] = set()
    lists = frozenset(source.dataset for source in sources if source.dataset)
    for source in sources:
        meant = contents.get(source.segment_id) if source.segment_id else source
        if meant is None:
            continue
        named.update(meant.user_ids or ())
        if meant.criteria is not None:
            criteria.append(parse(meant.criteria))
    return Group(criteria=tuple(criteria), named=frozenset(named), lists=lists)
