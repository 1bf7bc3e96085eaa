"""Bodies described by the library that decodes them: the framework's own description forgets bounds and strictness."""

from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any, get_args, get_origin

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

Json = dict[str, Any]
_JSON = "application/json"
_REF = "#/components/schemas/{name}"


def describe_types(document: Json, handlers: Mapping[tuple[str, str], HTTPRouteHandler]) -> None:
    """Replace the schema of every JSON body and answer whose type is known; drop schemas nobody refers to."""
    places = [
        (media, shape)
        for (path, method), handler in handlers.items()
        if (operation := document["paths"].get(path, {}).get(method)) is not None
        for media, shape in _typed(operation, handler)
    ]
    described, components = msgspec.json.schema_components([shape for _, shape in places], ref_template=_REF)
    for (media, _), schema in zip(places, described, strict=True):
        media["schema"] = schema
    for described_type in (*described, *components.values()):
        _bound_integers(described_type)
    for component in components.values():
        if "description" in component:
            component["description"] = cleandoc(component["description"])
    schemas = {**document["components"].get("schemas", {}), **components}
    document["components"]["schemas"] = {name: schemas[name] for name in sorted(_used(document["paths"], schemas))}


def _typed(operation: Json, handler: HTTPRouteHandler) -> Iterator[tuple[Json, Any]]:
    body = operation.get("requestBody", {}).get("content", {}).get(_JSON)
    if body is not None and handler.parsed_data_field is not None:
        yield body, handler.parsed_data_field.annotation
    result = _result(handler.parsed_fn_signature.return_type.annotation)
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get(_JSON)
        if status.startswith("2") and content is not None and _holds_struct(result):
            yield content, result


def _result(annotation: Any) -> Any:
    origin = get_origin(annotation)
    return get_args(annotation)[0] if isinstance(origin, type) and issubclass(origin, Response) else annotation


def _holds_struct(shape: Any) -> bool:
    is_struct = isinstance(shape, type) and issubclass(shape, msgspec.Struct)
    return is_struct or any(_holds_struct(inner) for inner in get_args(shape))


def _bound_integers(node: Any) -> None:
    """Every body is held to 64 bits (see `json_body`), whether or not its type says so."""
    if isinstance(node, dict):
        if node.get("type") == "integer" and "exclusiveMinimum" not in node:
            node.setdefault("minimum", -(2**63))
            node.setdefault("maximum", 2**63 - 1)
        for inner in node.values():
            _bound_integers(inner)
    elif isinstance(node, list):
        for inner in node:
            _bound_integers(inner)


def _used(paths: Json, schemas: Json) -> set[str]:
    found: set[str] = {"Problem"}
    waiting = list(_references(paths))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str) and "/schemas/" in reference:
            yield reference.rpartition("/")[2]
        for inner in node.values():
            yield from _references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _references(inner)
