"""The receiving side of the AsyncAPI document: every subject this service listens to."""

from inspect import cleandoc
from typing import Any

import msgspec
from msgspec import Struct

from campaigns.application.shared.event_terms import EventTerms
from campaigns.interfaces.nats.received import Subscription
from campaigns.interfaces.nats.subscriptions import SUBSCRIPTIONS
from campaigns.interfaces.rest.feed.example_heard import HEARD

Json = dict[str, Any]
_SCHEMAS = "#/components/schemas/"


class Consumed(Struct, frozen=True):
    """Its parts of the document, by name."""

    channels: Json
    operations: Json
    messages: Json
    schemas: Json


def consumed(terms: EventTerms) -> Consumed:
    """All of them, where this installation listens to them."""
    bodies = {subscription.body for subscription in SUBSCRIPTIONS}
    _, schemas = msgspec.json.schema_components(
        sorted(bodies, key=lambda body: body.__name__), ref_template=_SCHEMAS + "{name}"
    )
    for schema in schemas.values():
        schema["description"] = cleandoc(schema.get("description", ""))
    listened = {title_of(subject): (subject, each) for each in SUBSCRIPTIONS for subject in each.subjects}
    return Consumed(
        channels={title: _channel(subject, title, terms) for title, (subject, _) in listened.items()},
        operations={f"receive{title}": _operation(title) for title in listened},
        messages={title: _message(subject, each) for title, (subject, each) in listened.items()},
        schemas=schemas,
    )


def title_of(name: str) -> str:
    """As names of operations and messages are written."""
    plain = name.replace("*", "any").replace(">", "all").replace("_", ".")
    return "".join(part.capitalize() for part in plain.split("."))


def _channel(subject: str, title: str, terms: EventTerms) -> Json:
    return {
        "address": terms.heard_at(subject),
        "title": subject,
        "messages": {title: {"$ref": f"#/components/messages/{title}"}},
    }


def _operation(title: str) -> Json:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{title}"},
        "messages": [{"$ref": f"#/channels/{title}/messages/{title}"}],
    }


def _message(subject: str, subscription: Subscription[Any]) -> Json:
    about = cleandoc(subscription.body.__doc__ or "").partition("\n\n")
    return {
        "name": subject,
        "title": title_of(subject),
        "summary": about[0],
        **({"description": about[2]} if about[2] else {}),
        "contentType": "application/json",
        "payload": {"$ref": f"{_SCHEMAS}{subscription.body.__name__}"},
        "examples": [{"name": "example", "payload": _said(HEARD[subject])}],
    }


def _said(body: Struct) -> Json:
    """What somebody would send: no field without a value."""
    return {name: value for name, value in msgspec.to_builtins(body).items() if value is not None}
