"""Adding, replacing and removing single parts of a definition."""

from collections.abc import Callable
from uuid import UUID

from msgspec.structs import replace

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.draft import VariantDraft
from campaigns.domain.campaign.errors import PartNotFoundError
from campaigns.domain.campaign.values import Variant


def with_variant(definition: Definition, draft: VariantDraft, new_id: Callable[[], UUID]) -> Definition:
    """The definition with one variant more."""
    return replace(definition, variants=(*definition.variants, draft.variant(draft.variant_id or new_id())))


def with_variant_replaced(definition: Definition, variant_id: UUID, draft: VariantDraft) -> Definition:
    """The definition with this variant written anew, under its id and in its place."""
    _variant(definition, variant_id)
    renewed = draft.variant(variant_id)
    return replace(
        definition,
        variants=tuple(renewed if variant.variant_id == variant_id else variant for variant in definition.variants),
    )


def without_variant(definition: Definition, variant_id: UUID) -> Definition:
    """The definition without this variant."""
    gone = _variant(definition, variant_id)
    return replace(definition, variants=tuple(variant for variant in definition.variants if variant is not gone))


def _variant(definition: Definition, variant_id: UUID) -> Variant:
    for variant in definition.variants:
        if variant.variant_id == variant_id:
            return variant
    raise PartNotFoundError("The campaign has no such variant")
