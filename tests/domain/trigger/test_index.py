"""The index finds exactly those triggers whose condition holds."""

from typing import Any

from hypothesis import given, strategies
from tests.domain.trigger.given import NOON, a_rule, an_event

from campaigns.domain.audience.predicate import compiled, matches
from campaigns.domain.shared.criteria import parse
from campaigns.domain.trigger.index import TriggerIndex
from campaigns.domain.trigger.rules import TriggerRule

NAMES = strategies.sampled_from(["plan", "amount", "vip"])
VALUES = strategies.sampled_from(["gold", "1", "1.0", "true", "", 1, 1.0, 0, 2.5, True, False, 10**15])
EVENTS = strategies.dictionaries(NAMES, VALUES, max_size=3)


def condition(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


CONDITIONS = strategies.one_of(
    strategies.builds(
        condition, NAMES.map("event.{}".format), strategies.sampled_from(["equals", "not_equals"]), VALUES
    ),
    strategies.builds(
        condition, NAMES.map("event.{}".format), strategies.just("in"), strategies.lists(VALUES, min_size=1, max_size=3)
    ),
    strategies.builds(condition, NAMES.map("event.{}".format), strategies.just("greater_than"), strategies.just(1)),
    strategies.builds(condition, strategies.just("country"), strategies.just("equals"), strategies.just("DE")),
)
CRITERIA = strategies.recursive(
    CONDITIONS,
    lambda inner: strategies.builds(
        lambda kind, children: {kind: children},
        strategies.sampled_from(["all", "any", "not"]),
        strategies.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


def found_by(rules: list[TriggerRule], said: dict[str, Any], person: dict[str, Any]) -> set[Any]:
    event = an_event(**said)
    together = {**person, **{f"event.{name}": value for name, value in said.items()}}
    return {
        one.rule.trigger_id
        for one in TriggerIndex(rules, compiled).concerned(event, NOON)
        if one.of_person is None or one.of_person(together, NOON)
    }


@given(strategies.lists(CRITERIA, max_size=6), EVENTS, strategies.sampled_from([{}, {"country": "DE"}]))
def test_it_finds_what_asking_each_of_them_finds(
    criteria: list[dict[str, Any]], said: dict[str, Any], person: dict[str, Any]
) -> None:
    rules = [a_rule(one) for one in criteria]
    together = {**person, **{f"event.{name}": value for name, value in said.items()}}
    asked = {rule.trigger_id for rule in rules if rule.criteria is not None and matches(rule.criteria, together, NOON)}
    assert found_by(rules, said, person) == asked


@given(CRITERIA, EVENTS, strategies.sampled_from([{}, {"country": "DE"}]))
def test_compiled_criteria_say_what_the_tree_says(
    criteria: dict[str, Any], said: dict[str, Any], person: dict[str, Any]
) -> None:
    together = {**person, **{f"event.{name}": value for name, value in said.items()}}
    parsed = parse(criteria)
    assert compiled(parsed)(together, NOON) == matches(parsed, together, NOON)


def test_no_rule_is_found_twice() -> None:
    rules = [a_rule(condition("event.amount", "in", ["1", 1, 1.0]))]
    assert len(TriggerIndex(rules, compiled).concerned(an_event(amount="1"), NOON)) == 1
    assert len(TriggerIndex(rules, compiled).concerned(an_event(amount=1), NOON)) == 1


def test_events_of_other_types_concern_nobody() -> None:
    index = TriggerIndex([a_rule()], compiled)
    assert not index.concerned(an_event(event_type="left"), NOON)
    assert len(index.concerned(an_event(), NOON)) == 1


def test_without_a_condition_on_the_person_nobody_has_to_be_looked_up() -> None:
    (found,) = TriggerIndex([a_rule(condition("event.plan", "equals", "gold"))], compiled).concerned(
        an_event(plan="gold"), NOON
    )
    assert (found.of_event, found.of_person) == (None, None)
