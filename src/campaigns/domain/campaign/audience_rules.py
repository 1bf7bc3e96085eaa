"""What the description of an audience keeps to."""

import re
from collections.abc import Iterator
from typing import Any

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.rules import Rule
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.filters import FilterChain
from campaigns.domain.shared.names import name_breaches

LONGEST_USER_ID = 255
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
LONGEST_PART_NAME = 100
MOST_FILTERS = 20
LONGEST_FILTER_VALUE = 128


def criteria_breaches(pointer: str, tree: dict[str, Any]) -> tuple[Violation, ...]:
    """Everything wrong with these criteria, pointers below `pointer`."""
    try:
        parse(tree, pointer)
    except InvalidError as refusal:
        return refusal.violations
    return ()


def conditions(tree: Any) -> int:
    """How many single conditions a criteria tree holds."""
    match tree:
        case {"all": list(parts)} | {"any": list(parts)} | {"not": list(parts)}:
            return sum(conditions(part) for part in parts)
        case {"not": part}:
            return conditions(part)
    return 1


def _sources(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    for pointer, source in definition.audience.sources():
        if source.kinds() != 1:
            yield Violation(f"/audience{pointer}", "a source is one of segment_id, criteria, user_ids, dataset")
        if source.dataset is not None and not _SLUG.fullmatch(source.dataset):
            yield Violation(f"/audience{pointer}/dataset", "a dataset is a lower-case slug of 1 to 63 characters")
        if source.criteria is not None:
            yield from criteria_breaches(f"/audience{pointer}/criteria", source.criteria)


def _filters(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    steps = definition.audience.filters or ()
    if isinstance(steps, FilterChain):
        yield from _chained(steps)
        return
    if len(steps) > MOST_FILTERS:
        yield Violation("/audience/filters", f"there are at most {MOST_FILTERS} filter steps")
    for n, step in enumerate(steps):
        yield from name_breaches(step.name, f"/audience/filters/{n}/name", LONGEST_PART_NAME)
        if step.criteria is not None:
            yield from criteria_breaches(f"/audience/filters/{n}/criteria", step.criteria)
        if step.criteria is None and not step.listed_in:
            yield Violation(f"/audience/filters/{n}", "a filter step needs listed_in or criteria")


def _chained(chain: FilterChain) -> Iterator[Violation]:
    for name in ("blacklist_tables", "devices", "push_streams", "products"):
        values = getattr(chain, name)
        if len(values) > MOST_FILTERS:
            yield Violation(f"/audience/filters/{name}", f"there are at most {MOST_FILTERS} of them")
        for n, value in enumerate(values):
            if not 1 <= len(value) <= LONGEST_FILTER_VALUE or "\0" in value:
                rule = f"must have 1 to {LONGEST_FILTER_VALUE} characters, without NUL"
                yield Violation(f"/audience/filters/{name}/{n}", rule)


def _people(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    audience = definition.audience
    lists = [("/excluded_users", audience.excluded_users)]
    lists += [(f"{pointer}/user_ids", source.user_ids or ()) for pointer, source in audience.sources()]
    lists += [(f"/test_groups/{n}/user_ids", group.user_ids) for n, group in enumerate(audience.test_groups)]
    for pointer, user_ids in lists:
        for n, user_id in enumerate(user_ids):
            if not 1 <= len(user_id) <= LONGEST_USER_ID:
                yield Violation(f"/audience{pointer}/{n}", f"a user id has 1 to {LONGEST_USER_ID} characters")


def _bounds(definition: Definition, limits: CampaignLimits) -> Iterator[Violation]:
    sources = [source for _, source in definition.audience.sources()]
    rules = sum(conditions(source.criteria) for source in sources if source.criteria is not None)
    segments = len({source.segment_id for source in sources if source.segment_id is not None})
    if rules > limits.inline_rules:
        yield Violation("/audience", f"there are at most {limits.inline_rules} inline rules; {rules} were given")
    if segments > limits.segments:
        yield Violation("/audience", f"there are at most {limits.segments} segments; {segments} were given")


def _test_groups(definition: Definition, limits: CampaignLimits) -> Iterator[Violation]:
    groups = definition.audience.test_groups
    if len(groups) > limits.test_groups:
        yield Violation("/audience/test_groups", f"there are at most {limits.test_groups} test groups")
    for n, group in enumerate(groups):
        yield from name_breaches(group.name, f"/audience/test_groups/{n}/name", LONGEST_PART_NAME)


def _targeting(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    rules = definition.audience.targeting_rules
    if len(set(rules)) != len(rules):
        yield Violation("/audience/targeting_rules", "each targeting rule is named once")


AUDIENCE_RULES: tuple[Rule[CampaignLimits], ...] = (
    Rule("sources of one kind each", _sources, "audience.invalid_rules"),
    Rule("filter steps that say whom they mean", _filters, "audience.invalid_rules"),
    Rule("people named by ids of 1 to 255 characters", _people, "audience.invalid_rules"),
    Rule("a bounded number of inline rules and segments", _bounds, "campaign.resource_limit"),
    Rule("a bounded number of named test groups", _test_groups, "audience.test_group"),
    Rule("each targeting rule once", _targeting, "audience.targeting_conflict"),
)
