"""The AsyncAPI 3 document, made of the structs that are published: it cannot say anything else than is sent."""

from collections.abc import Mapping
from importlib.metadata import version
from inspect import cleandoc
from typing import Any

import msgspec
import yaml

from campaigns.application.shared.event_terms import EventTerms
from campaigns.application.shared.published import PublishedEvent
from campaigns.interfaces.rest.feed.consumed import consumed, title_of
from campaigns.interfaces.rest.feed.envelope import ENVELOPE, HEADERS, envelope_of, example_event, example_headers
from campaigns.interfaces.rest.feed.example_decisions import DECISIONS
from campaigns.interfaces.rest.feed.example_messages import MESSAGES

Json = dict[str, Any]
Catalogue = Mapping[str, type[PublishedEvent]]
_SCHEMAS = "#/components/schemas/"
_BATCHED = "campaign.message."
_EXAMPLES = {type(event): event for event in (*DECISIONS, *MESSAGES)}
_ABOUT = """\
Every event is stored before it is published, published at least once, and in order for each campaign. JetStream drops
repetitions by `Nats-Msg-Id` for five minutes; consumers drop later ones by the event's `id`.

{messages}

Decisions can be read again over HTTP from any position: `GET /api/v1/events/feed?after=0`.

Fields are added in time, and values to closed lists; none is renamed, removed or given another meaning. What this
service listens to may come as CloudEvents 1.0 (structured, batched or binary) or as the plain body that is shown.
"""
_IN_BATCHES = """\
Events about single messages travel in the batched mode: one NATS message holds up to a hundred of them, as a JSON
array (`NATS_SINGLE_MESSAGES=true` sends each alone)."""
_ALONE = "Events about single messages travel alone, as all others do."


def asyncapi_document(catalogue: Catalogue, terms: EventTerms = EventTerms()) -> Json:  # noqa: B008 - frozen
    """The whole contract of an installation with these terms."""
    names = {name: title_of(name) for name in catalogue}
    heard = consumed(terms)
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "campaigns events",
            "version": version("campaigns"),
            "description": _ABOUT.format(messages=_ALONE if terms.single_messages else _IN_BATCHES),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {"nats": {"host": "127.0.0.1:4222", "protocol": "nats", "description": "NATS with JetStream"}},
        "channels": {title: _channel(name, title, terms) for name, title in names.items()} | heard.channels,
        "operations": {f"publish{title}": _operation(title) for title in names.values()} | heard.operations,
        "components": {
            "messages": {names[name]: _message(name, kind, terms) for name, kind in catalogue.items()} | heard.messages,
            "schemas": {"CloudEvent": ENVELOPE, "EventHeaders": HEADERS, **_schemas(catalogue), **heard.schemas},
        },
    }
    plain: Json = msgspec.json.decode(msgspec.json.encode(document))
    return plain


def asyncapi_yaml(catalogue: Catalogue, terms: EventTerms = EventTerms()) -> str:  # noqa: B008 - frozen
    """The document as YAML."""
    document = asyncapi_document(catalogue, terms)
    return str(yaml.dump(document, Dumper=_Paragraphs, sort_keys=False, allow_unicode=True, width=120))


class _Paragraphs(yaml.SafeDumper):
    """Texts of several lines as they are written, without references between equal parts."""

    def ignore_aliases(self, _: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Paragraphs.add_representer(str, _Paragraphs.represent_str)


def _schemas(catalogue: Catalogue) -> Json:
    _, schemas = msgspec.json.schema_components(list(catalogue.values()), ref_template=_SCHEMAS + "{name}")
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])
    return schemas


def _channel(name: str, title: str, terms: EventTerms) -> Json:
    return {
        "address": terms.prefix + name.removeprefix("campaign"),
        "title": name,
        "messages": {title: {"$ref": f"#/components/messages/{title}"}},
    }


def _operation(title: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{title}"},
        "messages": [{"$ref": f"#/channels/{title}/messages/{title}"}],
    }


def _message(name: str, kind: type[PublishedEvent], terms: EventTerms) -> Json:
    is_batched = name.startswith(_BATCHED) and not terms.single_messages
    envelope, example = envelope_of(name, _SCHEMAS + kind.__name__), example_event(name, _EXAMPLES[kind])
    about = cleandoc(kind.__doc__ or "").partition("\n\n")
    content_type = f"application/cloudevents{'-batch' if is_batched else ''}+json"
    return {
        "name": name,
        "title": title_of(name),
        "summary": about[0],
        **({"description": about[2]} if about[2] else {}),
        "contentType": content_type,
        "correlationId": {"location": f"$message.payload#/{'0/' if is_batched else ''}correlationid"},
        "headers": {"$ref": _SCHEMAS + "EventHeaders"},
        "payload": {"type": "array", "items": envelope, "minItems": 1, "maxItems": 100} if is_batched else envelope,
        "examples": [
            {
                "name": "example",
                "headers": example_headers(example, content_type, is_batched=is_batched),
                "payload": [example] if is_batched else example,
            }
        ],
    }
