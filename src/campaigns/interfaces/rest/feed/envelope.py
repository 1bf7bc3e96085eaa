"""The CloudEvents envelope that all our events share, and the headers beside it, for the contract."""

from typing import Any

import msgspec

from campaigns.application.shared.published import PublishedEvent
from campaigns.interfaces.rest.feed.example_decisions import CAMPAIGN, EXECUTION
from campaigns.interfaces.rest.feed.example_messages import MESSAGE

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_ATTRIBUTES: Json = {
    "specversion": {"const": "1.0"},
    "id": {**_TEXT, "description": "Unique for ever; the same when the event is published again"},
    "source": {**_TEXT, "format": "uri-reference", "const": "/campaigns"},
    "type": {**_TEXT, "description": "The event's name; its subject on NATS may begin otherwise"},
    "subject": {**_TEXT, "format": "uuid", "description": "The campaign"},
    "time": {**_TEXT, "format": "date-time", "description": "When it was recorded; of a message: when it happened"},
    "datacontenttype": {"const": "application/json"},
    "dataschema": {**_TEXT, "format": "uri", "description": "A name, not an address; its end is the shape's version"},
    "tenantid": {**_TEXT, "description": "The tenant; `default` where there is one only"},
    "correlationid": {
        **_TEXT,
        "description": "The request that led to it (its `X-Correlation-ID`), through all that followed; of a message"
        " the run, of a figure the campaign",
    },
    "causationid": {
        **_TEXT,
        "description": "What led to it, where that was another event: `event:<sequence>` of ours,"
        " `<source>:<id>` of another system's; else absent",
    },
    "sequence": {
        "type": "integer",
        "minimum": 0,
        "description": "Ascending for each campaign. Of decisions: the position in the feed. Of messages and figures:"
        " the number of the ledger's append, which counts by itself (`campaign.message.queued`: the position of the"
        " decision that began the run)",
    },
}
_OPTIONAL = {"causationid"}
ENVELOPE: Json = {
    "title": "CloudEvent",
    "description": "What every event has; `data` is its own.",
    "type": "object",
    "properties": {**_ATTRIBUTES, "data": {"type": "object"}},
    "required": [name for name in (*_ATTRIBUTES, "data") if name not in _OPTIONAL],
}
HEADERS: Json = {
    "title": "EventHeaders",
    "description": "What stands beside every event.",
    "type": "object",
    "properties": {
        "Nats-Msg-Id": {"type": "string", "description": "The event's id, or the batch's"},
        "content-type": {"type": "string"},
        "traceparent": {"type": "string", "description": "W3C trace context: one trace for each `correlationid`"},
        "Campaigns-Messages": {
            "type": "string",
            "description": "Of a batch: which messages it is about, by number of the run and of the message"
            " (`17:1-64,70;18:3` are 17-1 to 17-64, 17-70 and 18-3)",
        },
    },
    "required": ["Nats-Msg-Id", "content-type"],
}


def envelope_of(name: str, data_ref: str) -> Json:
    """The envelope of the events with this name."""
    own = {"type": {"const": name}, "dataschema": {"const": _schema_name(name)}, "data": {"$ref": data_ref}}
    return {"allOf": [{"$ref": "#/components/schemas/CloudEvent"}, {"type": "object", "properties": own}]}


def example_event(name: str, event: PublishedEvent) -> Json:
    """A whole event about the story that the examples tell."""
    data = msgspec.to_builtins(event)
    about_message, last = name.startswith("campaign.message."), name.rpartition(".")[2]
    at = data.get("occurred_at") or next(value for field, value in data.items() if field.endswith("_at"))
    return {
        "specversion": "1.0",
        "id": f"{MESSAGE}.{last}.905" if about_message else f"{CAMPAIGN}.3",
        "source": "/campaigns",
        "type": name,
        "subject": data["campaign_id"],
        "time": at,
        "datacontenttype": "application/json",
        "dataschema": _schema_name(name),
        "tenantid": "default",
        "correlationid": str(EXECUTION) if about_message else "0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f61",
        "sequence": 905 if about_message else 42,
        "data": data,
    }


def example_headers(event: Json, content_type: str, *, is_batched: bool) -> Json:
    trace = {"content-type": content_type, "traceparent": f"00-{'4bf92f3577b34da6' * 2}-00f067aa0ba902b7-01"}
    if is_batched:
        named = MESSAGE.replace("-", ":")
        return {"Nats-Msg-Id": "batch.5d41402abc4b2a76b9719d911017c592", **trace, "Campaigns-Messages": named}
    return {"Nats-Msg-Id": event["id"], **trace}


def _schema_name(name: str) -> str:
    return f"urn:campaigns:event:{name}:1"
