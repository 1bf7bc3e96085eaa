"""The AsyncAPI 3 document, made of the structs that are published: it cannot say anything else than is sent."""

from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

import msgspec
import yaml

from campaigns.application.shared.published import PublishedEvent
from campaigns.interfaces.rest.examples import example_of
from campaigns.interfaces.rest.feed.consumed import consumed, title_of

Json = dict[str, Any]
_SCHEMAS = "#/components/schemas/"
_BATCHED = "campaign.message."
_PROSE = """\
Every event is stored before it is published, published at least once, and in order for each campaign. JetStream drops
repetitions by `Nats-Msg-Id` for five minutes; consumers drop later ones by the event's `id`. Events about single
messages travel in the batched mode: one NATS message holds up to a hundred of them, as a JSON array.

What this service listens to may come as CloudEvents 1.0 (structured, batched or binary) or as the plain body.
"""


def asyncapi_document(catalogue: Mapping[str, type[PublishedEvent]], prefix: str = "campaign") -> Json:
    """The whole contract; `prefix` is the beginning of the subjects that are published to."""
    schemas = _schemas(list(catalogue.values()))
    names = {name: title_of(name) for name in catalogue}
    heard = consumed()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "campaigns events", "version": version("campaigns"), "description": _PROSE},
        "defaultContentType": "application/cloudevents+json",
        "servers": {"nats": {"host": "127.0.0.1:4222", "protocol": "nats", "description": "NATS with JetStream"}},
        "channels": {names[name]: _channel(name, names[name], prefix) for name in catalogue} | heard.channels,
        "operations": {f"publish{names[name]}": _operation(names[name]) for name in catalogue} | heard.operations,
        "components": {
            "messages": {names[name]: _message(name, kind, schemas) for name, kind in catalogue.items()}
            | heard.messages,
            "schemas": schemas | heard.schemas,
        },
    }


def asyncapi_yaml(catalogue: Mapping[str, type[PublishedEvent]], prefix: str = "campaign") -> str:
    """The document as YAML."""
    document = msgspec.to_builtins(asyncapi_document(catalogue, prefix))
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120))


def _schemas(kinds: list[type[PublishedEvent]]) -> Json:
    """The payloads; what they leave open about instants is said here: they are aware, in RFC 3339."""
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_SCHEMAS + "{name}")
    for kind in kinds:
        for field in msgspec.structs.fields(kind):
            if field.type is datetime:
                schemas[kind.__name__]["properties"][field.name]["format"] = "date-time"
    return schemas


def _channel(name: str, title: str, prefix: str) -> Json:
    return {
        "address": prefix + name.removeprefix("campaign"),
        "title": name,
        "messages": {title: {"$ref": f"#/components/messages/{title}"}},
    }


def _operation(title: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{title}"},
        "messages": [{"$ref": f"#/channels/{title}/messages/{title}"}],
    }


def _message(name: str, kind: type[PublishedEvent], schemas: Json) -> Json:
    envelope, batched = _envelope(name, kind), name.startswith(_BATCHED)
    payload = {"type": "array", "items": envelope, "minItems": 1, "maxItems": 100} if batched else envelope
    example = _example(name, kind, schemas)
    return {
        "name": name,
        "title": title_of(name),
        "summary": (kind.__doc__ or "").strip().splitlines()[0],
        "contentType": f"application/cloudevents{'-batch' if batched else ''}+json",
        "headers": _headers(),
        "payload": payload,
        "examples": [{"name": "example", "payload": [example] if batched else example}],
    }


def _envelope(name: str, kind: type[PublishedEvent]) -> Json:
    text: Json = {"type": "string"}
    attributes: Json = {
        "specversion": {"const": "1.0"},
        "id": {**text, "description": "Unique for ever; the same when the event is published again"},
        "source": {**text, "format": "uri-reference"},
        "type": {"const": name},
        "subject": {**text, "format": "uuid", "description": "The campaign"},
        "time": {**text, "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {**text, "format": "uri"},
        "tenantid": text,
        "correlationid": text,
        "causationid": text,
        "sequence": {"type": "integer", "minimum": 0, "description": "Position in the feed, ascending"},
        "data": {"$ref": f"{_SCHEMAS}{kind.__name__}"},
    }
    required = [attribute for attribute in attributes if attribute != "causationid"]
    return {"type": "object", "properties": attributes, "required": required}


def _headers() -> Json:
    return {
        "type": "object",
        "properties": {
            "Nats-Msg-Id": {"type": "string", "description": "The event's id, or the batch's"},
            "content-type": {"type": "string"},
            "traceparent": {"type": "string", "description": "W3C trace context"},
        },
        "required": ["Nats-Msg-Id"],
    }


def _example(name: str, kind: type[PublishedEvent], schemas: Json) -> Json:
    data = example_of(schemas[kind.__name__], schemas)
    return {
        "specversion": "1.0",
        "id": "0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f60.3",
        "source": "/campaigns",
        "type": name,
        "subject": data["campaign_id"],
        "time": "2027-01-01T09:00:00Z",
        "datacontenttype": "application/json",
        "dataschema": f"urn:campaigns:event:{name}:1",
        "tenantid": "default",
        "correlationid": "0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f61",
        "sequence": 42,
        "data": data,
    }
