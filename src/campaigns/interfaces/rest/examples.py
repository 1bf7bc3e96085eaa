"""An example for a request that has none of its own, made from its schema."""

from typing import Any

Json = dict[str, Any]
_BY_FORMAT = {
    "date-time": "2027-01-01T09:00:00Z",
    "date": "2027-01-01",
    "time": "09:00:00",
    "uuid": "0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f60",
    "decimal": "12.34",
    "email": "news@acme.example",
    "uri": "https://acme.example/",
    "binary": "user_id,email",
    "duration": "P1D",
}
_DEEPEST = 5


def example_of(schema: Json, schemas: Json, depth: int = 0) -> Any:
    """A small value the schema allows: required fields, and those with an example or a choice."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth)
    if examples := schema.get("examples"):
        return next(iter(examples.values()))["value"] if isinstance(examples, dict) else examples[0]
    for known in ("example", "const", "default"):
        if schema.get(known) is not None:
            return schema[known]
    if "enum" in schema:
        return schema["enum"][0]
    if choices := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf"):
        useful = [choice for choice in choices if choice.get("type") != "null"]
        return example_of((useful or choices)[0], schemas, depth)
    return _by_type(schema, schemas, depth)


def _by_type(schema: Json, schemas: Json, depth: int) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, depth)
        case "array":
            return [example_of(schema["items"], schemas, depth + 1)] * max(1, schema.get("minItems", 0))
        case "string":
            return _text(schema)
        case "integer" | "number":
            return max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case _:
            return None


def _object(schema: Json, schemas: Json, depth: int) -> Json:
    required = set(schema.get("required", ()))
    shown = (
        required
        if depth
        else required
        | {
            name
            for name, field in schema.get("properties", {}).items()
            if {"example", "examples", "enum"} & field.keys()
        }
    )
    properties = schema.get("properties", {})
    return (
        {}
        if depth > _DEEPEST
        else {name: example_of(properties[name], schemas, depth + 1) for name in properties if name in shown}
    )


def _text(schema: Json) -> str:
    found = _BY_FORMAT.get(schema.get("format", ""), "Spring")
    return found.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 1_000)]
