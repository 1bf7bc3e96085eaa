"""Whether targeting rules are there and enabled, as the Rules Engine says."""

from collections.abc import Sequence

from campaigns.application.audience.ports import RulesEngine
from campaigns.application.shared.context import Caller
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import RuleId


class RulesEngineChecks:
    """Asks once for all of them."""

    def __init__(self, rules: RulesEngine) -> None:
        self._rules = rules

    async def problems(self, caller: Caller, rule_ids: Sequence[RuleId]) -> tuple[Violation, ...]:
        known = await self._rules.rules(caller.tenant_id, rule_ids)
        found: list[Violation] = []
        for n, rule_id in enumerate(rule_ids):
            rule = known.get(rule_id)
            if rule is None:
                found.append(Violation(f"/audience/targeting_rules/{n}", f"there is no rule {rule_id}"))
            elif not rule.enabled:
                found.append(Violation(f"/audience/targeting_rules/{n}", f"the rule {rule_id} is disabled"))
        return tuple(found)
