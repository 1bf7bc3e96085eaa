"""Scheduling rules, as the Rules Engine says."""

from collections.abc import Sequence

from campaigns.application.audience.ports import RulesEngine
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import RuleId
from campaigns.domain.shared.rule_hours import RuleHours


class RulesEngineHours:
    """`SchedulingRules`. Asks once for all of them, each time: rules are changed while campaigns wait."""

    def __init__(self, rules: RulesEngine) -> None:
        self._rules = rules

    async def problems(self, caller: Caller, rule_ids: Sequence[RuleId]) -> tuple[Violation, ...]:
        known = await self._rules.rules(caller.tenant_id, rule_ids)
        found: list[Violation] = []
        for n, rule_id in enumerate(rule_ids):
            rule, pointer = known.get(rule_id), f"/schedule/scheduling_rules/{n}"
            if rule is None:
                found.append(Violation(pointer, f"there is no rule {rule_id}"))
            elif not rule.enabled:
                found.append(Violation(pointer, f"the rule {rule_id} is disabled"))
            elif rule.hours is None:
                found.append(Violation(pointer, f"the rule {rule_id} is of kind {rule.kind} and names no hours"))
        return tuple(found)

    async def hours(self, caller: Caller, rule_ids: Sequence[RuleId]) -> tuple[RuleHours, ...]:
        known = await self._rules.rules(caller.tenant_id, rule_ids)
        usable = [rule.hours for rule_id in rule_ids if (rule := known.get(rule_id)) and rule.enabled and rule.hours]
        if len(usable) < len(rule_ids):
            raise DependencyDownError("rules engine", "a scheduling rule is gone, disabled or says no hours")
        return tuple(usable)
