"""Campaigns as they travel."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from campaigns.application.campaign.ports import CampaignPage, CampaignSummary, HistoryEntry
from campaigns.domain.campaign.draft import DefinitionDraft, VariantDraft
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import RuleId
from campaigns.interfaces.rest.refusals import MalformedError
from campaigns.interfaces.rest.wire import Body, UtcInstant, View

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
TwoPlaces = "targeting_rules and audience.targeting_rules differ: give one of them"


class CampaignBody(DefinitionDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign; `{"name": "Spring"}` is enough. `targeting_rules` is short for `audience.targeting_rules`."""

    targeting_rules: tuple[RuleId, ...] | UnsetType = UNSET

    def draft(self) -> DefinitionDraft:
        fields = {name: getattr(self, name) for name in DefinitionDraft.__struct_fields__}
        draft = DefinitionDraft(**fields)
        if self.targeting_rules is UNSET or self.targeting_rules == draft.audience.targeting_rules:
            return draft
        if draft.audience.targeting_rules:
            raise MalformedError("Fields contradict each other", (Violation("/targeting_rules", TwoPlaces),))
        return replace(draft, audience=replace(draft.audience, targeting_rules=self.targeting_rules))


class ScheduleBody(Body, frozen=True, kw_only=True):
    """When to start; without `at` the campaign's own planned start holds, without `timezone` its own zone."""

    at: UtcInstant | None = None
    timezone: str | None = None


class PauseBody(Body, frozen=True, kw_only=True):
    reason: Reason | None = None


class ReasonBody(Body, frozen=True, kw_only=True):
    reason: Reason


class CloneBody(Body, frozen=True, kw_only=True):
    """Without a name the clone is called after its origin."""

    name: Annotated[str, Meta(min_length=1, max_length=255)] | None = None


class VariantBody(VariantDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A variant; its id is made when none is given."""


class VariantList(View, frozen=True, kw_only=True):
    variants: tuple[VariantDraft, ...]


class CampaignList(View, frozen=True, kw_only=True):
    """`next_cursor` leads to the next page whatever is added meanwhile; null on the last."""

    campaigns: tuple[CampaignSummary, ...]
    total: int
    limit: int
    offset: int
    has_more: bool
    next_cursor: str | None


class HistoryView(View, frozen=True, kw_only=True):
    history: tuple[HistoryEntry, ...]


class AsOf(Struct, frozen=True, kw_only=True):
    """A version or an instant."""

    version: int | None = None
    instant: datetime | None = None


def list_of(page: CampaignPage, limit: int, offset: int) -> CampaignList:
    return CampaignList(
        campaigns=page.campaigns,
        total=page.total,
        limit=limit,
        offset=offset,
        has_more=page.has_more,
        next_cursor=page.next_cursor,
    )


def patch_of(document: dict[str, Any]) -> dict[str, Any]:
    """The merge patch with `targeting_rules` where it belongs."""
    if "targeting_rules" not in document:
        return document
    patch = {name: value for name, value in document.items() if name != "targeting_rules"}
    audience = patch.get("audience", {})
    if not isinstance(audience, dict) or "targeting_rules" in audience:
        raise MalformedError("Fields contradict each other", (Violation("/targeting_rules", TwoPlaces),))
    return patch | {"audience": audience | {"targeting_rules": document["targeting_rules"]}}


def variant_with(variants: tuple[VariantDraft, ...], variant_id: UUID) -> VariantDraft:
    return next(variant for variant in variants if variant.variant_id == variant_id)
