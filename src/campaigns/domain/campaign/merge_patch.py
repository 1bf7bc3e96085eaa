"""JSON merge patch (RFC 7396) over a definition."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.draft import DefinitionDraft, document
from campaigns.domain.campaign.errors import UnfittingPatchError
from campaigns.domain.shared.errors import Violation

_WHERE = re.compile(r" - at `\$(?P<path>.*)`$")
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<number>\d+|\.\.\.)\]")


def patched(present: Definition, patch: dict[str, Any], new_id: Callable[[], UUID]) -> Definition:
    """The definition after the patch; UnfittingPatchError points at what no longer fits its type."""
    merged = merge(document(DefinitionDraft.of(present)), patch)
    try:
        draft = msgspec.convert(merged, DefinitionDraft)
    except msgspec.ValidationError as error:
        raise UnfittingPatchError("The patch does not fit a campaign", (_violation(str(error)),)) from error
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


def _violation(text: str) -> Violation:
    where = _WHERE.search(text)
    if where is None:
        return Violation("", text)
    steps = (step["name"] or step["number"] for step in _STEP.finditer(where["path"]))
    return Violation("/" + "/".join(steps), text[: where.start()].replace("`", ""))
