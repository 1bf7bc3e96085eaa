"""The Rules Engine, which other systems keep."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct

from campaigns.domain.shared.criteria import Criteria
from campaigns.domain.shared.ids import RuleId, TenantId, UserId
from campaigns.domain.shared.rule_hours import RuleHours


class Rule(Struct, frozen=True, kw_only=True):
    """A rule of the Rules Engine. With `criteria` in our grammar it is asked in the query, else over HTTP."""

    id: RuleId
    name: str
    enabled: bool
    kind: Literal["targeting", "personalization", "scheduling"] = "targeting"
    version: int = 1
    criteria: Criteria | None = None
    hours: RuleHours | None = None


class Subject(Struct, frozen=True):
    """A person as the Rules Engine sees them; attributes are JSON values."""

    user_id: UserId
    attributes: Mapping[str, Any]


class RulesEngine(Protocol):
    """Rules that other systems keep. Never guesses: what it cannot answer is DependencyDownError("rules engine")."""

    async def rules(self, tenant_id: TenantId, rule_ids: Sequence[RuleId]) -> Mapping[RuleId, Rule]:
        """The rules that exist; unknown ids are left out."""

    async def matching(
        self, tenant_id: TenantId, rule_ids: Sequence[RuleId], subjects: Sequence[Subject]
    ) -> Mapping[UserId, frozenset[RuleId]]:
        """Which of the rules hold for each subject; every subject has an entry."""
