"""JSON merge patch (RFC 7396) over a definition."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.draft import DefinitionDraft, document
from campaigns.domain.campaign.errors import UnfittingPatchError
from campaigns.domain.shared.misfits import misfit


def patched(present: Definition, patch: dict[str, Any], new_id: Callable[[], UUID]) -> Definition:
    """The definition after the patch; UnfittingPatchError points at what no longer fits its type."""
    merged = merge(document(DefinitionDraft.of(present)), patch)
    try:
        draft = msgspec.convert(merged, DefinitionDraft)
    except msgspec.ValidationError as error:
        raise UnfittingPatchError("The patch does not fit a campaign", (misfit(error, DefinitionDraft),)) from error
    return draft.definition(new_id, present)


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396: null removes, objects merge, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged
