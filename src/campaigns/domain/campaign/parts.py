"""Adding, replacing and removing single parts of a definition."""

from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec.structs import replace

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.draft import TestedVariantDraft, VariantDraft
from campaigns.domain.campaign.errors import PartNotFoundError
from campaigns.domain.campaign.values import Experiment, Variant


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


def with_experiment(
    definition: Definition,
    experiment: Experiment,
    drafts: Sequence[TestedVariantDraft] | None,
    new_id: Callable[[], UUID],
) -> Definition:
    """The definition with this test; variants that are not given stay as they are, others keep their ids by name."""
    tested = replace(definition, experiment=experiment)
    if drafts is None:
        return tested
    known = {variant.name: variant.variant_id for variant in definition.variants}
    variants = tuple(
        draft.in_campaign(definition.channels).variant(draft.variant_id or known.get(draft.name) or new_id())
        for draft in drafts
    )
    return replace(tested, variants=variants)


def _variant(definition: Definition, variant_id: UUID) -> Variant:
    for variant in definition.variants:
        if variant.variant_id == variant_id:
            return variant
    raise PartNotFoundError("The campaign has no such variant")
