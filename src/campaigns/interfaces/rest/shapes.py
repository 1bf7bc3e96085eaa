"""Finding every field of a document that does not fit its type, where the converter stops at the first."""

from typing import Any, get_args, get_origin

import msgspec

from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.misfits import misfit

MAX_VIOLATIONS = 50


def violations_of(document: Any, shape: Any, first: msgspec.ValidationError) -> tuple[Violation, ...]:
    """Every violation that can be told apart, at most 50; at least the converter's own first one."""
    struct = _struct_in(shape)
    found = _of_struct("", document, struct) if isinstance(document, dict) and struct is not None else []
    return tuple(found[:MAX_VIOLATIONS]) or (misfit(first, shape),)


def _of_struct(pointer: str, document: dict[str, Any], shape: Any) -> list[Violation]:
    found: list[Violation] = []
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    if shape.__struct_config__.forbid_unknown_fields:
        known = {*fields, shape.__struct_config__.tag_field}
        found += [Violation(f"{pointer}/{name}", "is not a field here") for name in document if name not in known]
    for name, field in fields.items():
        if name in document:
            found += _of_value(f"{pointer}/{name}", document[name], field.type)
        elif field.required:
            found.append(Violation(f"{pointer}/{name}", "is missing"))
    return found


def _of_value(pointer: str, value: Any, shape: Any) -> list[Violation]:
    try:
        msgspec.convert(value, shape, strict=True, str_keys=True)
    except msgspec.ValidationError as error:
        struct = _struct_in(shape)
        if struct is not None and isinstance(value, dict):
            return _of_struct(pointer, value, struct) or [misfit(error, shape, pointer)]
        return [misfit(error, shape, pointer)]
    return []


def _is_struct(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct) and shape.__struct_config__.tag is None


def _struct_in(shape: Any) -> Any:
    """The one struct a field may hold, through `Annotated` and `| None`; None when there is a choice."""
    if _is_struct(shape):
        return shape
    structs = [_struct_in(inner) for inner in get_args(shape)[: 1 if hasattr(shape, "__metadata__") else None]]
    found = [struct for struct in structs if struct is not None]
    return found[0] if len(found) == 1 and get_origin(shape) not in (list, dict, tuple) else None
