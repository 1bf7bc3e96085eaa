"""Adding, replacing and removing single parts of a definition: variants, triggers, the test."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from msgspec.structs import replace

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.draft import TestedVariantDraft, TriggerDraft, VariantDraft
from campaigns.domain.campaign.errors import PartNotFoundError
from campaigns.domain.campaign.values import Experiment

Part = TypeVar("Part")


def with_variant(definition: Definition, draft: VariantDraft, new_id: Callable[[], UUID]) -> Definition:
    """The definition with one variant more."""
    return replace(definition, variants=(*definition.variants, draft.variant(draft.variant_id or new_id())))


def with_variant_replaced(definition: Definition, variant_id: UUID, draft: VariantDraft) -> Definition:
    """The definition with this variant written anew, under its id and in its place."""
    place = _place_of_variant(definition, variant_id)
    return replace(definition, variants=_instead(definition.variants, place, draft.variant(variant_id)))


def without_variant(definition: Definition, variant_id: UUID) -> Definition:
    """The definition without this variant."""
    return replace(definition, variants=_instead(definition.variants, _place_of_variant(definition, variant_id)))


def with_trigger(definition: Definition, draft: TriggerDraft, new_id: Callable[[], UUID]) -> Definition:
    """The definition with one trigger more."""
    return replace(definition, triggers=(*definition.triggers, draft.trigger(draft.trigger_id or new_id())))


def with_trigger_replaced(definition: Definition, trigger_id: UUID, draft: TriggerDraft) -> Definition:
    """The definition with this trigger written anew, under its id and in its place."""
    place = _place_of_trigger(definition, trigger_id)
    return replace(definition, triggers=_instead(definition.triggers, place, draft.trigger(trigger_id)))


def without_trigger(definition: Definition, trigger_id: UUID) -> Definition:
    """The definition without this trigger."""
    return replace(definition, triggers=_instead(definition.triggers, _place_of_trigger(definition, trigger_id)))


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


def _place_of_variant(definition: Definition, variant_id: UUID) -> int:
    return _place([variant.variant_id for variant in definition.variants], variant_id, "variant")


def _place_of_trigger(definition: Definition, trigger_id: UUID) -> int:
    return _place([trigger.trigger_id for trigger in definition.triggers], trigger_id, "trigger")


def _place(ids: Sequence[UUID], wanted: UUID, part: str) -> int:
    if wanted not in ids:
        raise PartNotFoundError(f"The campaign has no such {part}")
    return ids.index(wanted)


def _instead(parts: tuple[Part, ...], place: int, *others: Part) -> tuple[Part, ...]:
    """The parts with another, or none, instead of the one that stands there."""
    return (*parts[:place], *others, *parts[place + 1 :])
