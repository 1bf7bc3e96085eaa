"""Whom a campaign is for."""

from msgspec import Struct

from campaigns.domain.shared.filters import FilterChain, FilterStep
from campaigns.domain.shared.ids import RuleId, SegmentId, UserId
from campaigns.domain.shared.written_criteria import WrittenCriteria


class AudienceSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One set of people: a segment, inline criteria, named users, or an imported list. Exactly one of the four."""

    segment_id: SegmentId | None = None
    criteria: WrittenCriteria | None = None
    user_ids: tuple[UserId, ...] | None = None
    dataset: str | None = None

    def kinds(self) -> int:
        """How many of the four are given; anything but 1 is a mistake."""
        return sum(part is not None for part in (self.segment_id, self.criteria, self.user_ids, self.dataset))


class TestGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Named people who receive proofs."""

    name: str
    user_ids: tuple[UserId, ...] = ()


class AudienceDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the campaign is for: union of `include` less union of `exclude`, kept where the rules say yes."""

    include: tuple[AudienceSource, ...] = ()
    exclude: tuple[AudienceSource, ...] = ()
    excluded_users: tuple[UserId, ...] = ()
    targeting_rules: tuple[RuleId, ...] = ()
    filters: tuple[FilterStep, ...] | FilterChain | None = None
    test_groups: tuple[TestGroup, ...] = ()

    def sources(self) -> tuple[tuple[str, AudienceSource], ...]:
        """Every source with its pointer below `/audience`."""
        included = tuple((f"/include/{n}", source) for n, source in enumerate(self.include))
        return included + tuple((f"/exclude/{n}", source) for n, source in enumerate(self.exclude))
