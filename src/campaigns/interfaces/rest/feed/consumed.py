"""The receiving side of the AsyncAPI document: every subject this service listens to."""

from typing import Any

import msgspec
from msgspec import Struct

from campaigns.interfaces.nats.received import Subscription
from campaigns.interfaces.nats.subscriptions import SUBSCRIPTIONS
from campaigns.interfaces.rest.examples import example_of

Json = dict[str, Any]
_SCHEMAS = "#/components/schemas/"


class Consumed(Struct, frozen=True):
    """Its parts of the document, by name."""

    channels: Json
    operations: Json
    messages: Json
    schemas: Json


def consumed() -> Consumed:
    """All of them."""
    bodies = {subscription.body for subscription in SUBSCRIPTIONS}
    _, schemas = msgspec.json.schema_components(
        sorted(bodies, key=lambda body: body.__name__), ref_template=_SCHEMAS + "{name}"
    )
    listened = {title_of(subject): (subject, each) for each in SUBSCRIPTIONS for subject in each.subjects}
    return Consumed(
        channels={title: _channel(subject, title) for title, (subject, _) in listened.items()},
        operations={f"receive{title}": _operation(title) for title in listened},
        messages={title: _message(subject, each, schemas) for title, (subject, each) in listened.items()},
        schemas=schemas,
    )


def title_of(name: str) -> str:
    """As names of operations and messages are written."""
    plain = name.replace("*", "any").replace(">", "all").replace("_", ".")
    return "".join(part.capitalize() for part in plain.split("."))


def _channel(subject: str, title: str) -> Json:
    return {
        "address": subject,
        "title": subject,
        "description": "With NATS_INBOUND_PREFIX before it, where that is set",
        "messages": {title: {"$ref": f"#/components/messages/{title}"}},
    }


def _operation(title: str) -> Json:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{title}"},
        "messages": [{"$ref": f"#/channels/{title}/messages/{title}"}],
    }


def _message(subject: str, subscription: Subscription[Any], schemas: Json) -> Json:
    return {
        "name": subject,
        "title": title_of(subject),
        "summary": subscription.description,
        "contentType": "application/json",
        "payload": {"$ref": f"{_SCHEMAS}{subscription.body.__name__}"},
        "examples": [{"name": "example", "payload": example_of(schemas[subscription.body.__name__], schemas)}],
    }
