"""Whom a campaign is for, in the words of this context; written on the wire as the campaign writes it."""

from typing import Any

from msgspec import Struct, field

from campaigns.domain.shared.filters import FilterChain, FilterStep
from campaigns.domain.shared.ids import RuleId, SegmentId, UserId

__all__ = ["AudienceDefinition", "FilterChain", "FilterStep", "Source"]


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One set of people: a segment, criteria, named users, or an imported list. Exactly one of the four."""

    segment_id: SegmentId | None = None
    criteria: dict[str, Any] | None = None
    user_ids: tuple[UserId, ...] | None = None
    dataset: str | None = None


class AudienceDefinition(Struct, frozen=True, kw_only=True):
    """Union of `include` less union of `exclude` and `excluded_users`, kept where every rule says yes, then filtered.

    Unknown fields (test groups) are the campaign's business and are passed over.
    """

    include: tuple[Source, ...] = ()
    exclude: tuple[Source, ...] = ()
    excluded_users: tuple[UserId, ...] = ()
    targeting_rules: tuple[RuleId, ...] = ()
    filters: tuple[FilterStep, ...] | FilterChain | None = field(default=None)

    def steps(self) -> tuple[FilterStep, ...]:
        return self.filters.steps() if isinstance(self.filters, FilterChain) else self.filters or ()

    def lists(self) -> tuple[str, ...]:
        """Every dataset that is a source, each once."""
        return tuple(dict.fromkeys(source.dataset for source in (*self.include, *self.exclude) if source.dataset))

    def segments(self) -> tuple[SegmentId, ...]:
        """Every segment named, each once."""
        named = (source.segment_id for source in (*self.include, *self.exclude))
        return tuple(dict.fromkeys(segment for segment in named if segment))
