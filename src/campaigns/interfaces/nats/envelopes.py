"""Events as others write them: CloudEvents 1.0 (structured, batched, binary), or a plain JSON body."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from campaigns.application.shared.consuming import Incoming

_STRUCTURED, _BATCHED = "application/cloudevents+json", "application/cloudevents-batch+json"
_MOST_EVENTS = 10_000
_LONGEST = 1_000  # characters of an attribute
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # no store takes it
_NAMES_OF_ID = ("event_id", "id")
_NAMES_OF_TIME = ("timestamp", "occurred_at", "time", "at")


class UnreadableError(Exception):
    """The message, or the event `raw` in it, is not what its form promises; the text says what is wrong."""

    code = "event.unreadable"
    raw: bytes | None = None


class Envelope(Struct, frozen=True, kw_only=True):
    """An event without its envelope: `raw` is what to keep when it cannot be worked on."""

    id: str
    source: str
    type: str
    tenant: str | None
    at: datetime | None
    correlation_id: str | None
    data: Any
    raw: bytes


def envelopes(message: Incoming) -> list[Envelope | UnreadableError]:
    """The events of a message in their order; one that cannot be read stands there as its error."""
    headers = {name.lower(): value for name, value in message.headers.items()}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if "ce-specversion" in headers:
            return [_binary(headers, message)]
        body = _json(message.data)
        if kind == _BATCHED or _looks_batched(body):
            return _batch(body)
        if kind == _STRUCTURED or _is_cloud_event(body):
            return [_structured(body, message.data)]
        return [_plain(body, headers, message)]
    except UnreadableError as error:
        return [error]


def _batch(body: Any) -> list[Envelope | UnreadableError]:
    if not isinstance(body, list) or len(body) > _MOST_EVENTS:
        raise UnreadableError(f"a batch is an array of at most {_MOST_EVENTS} events")
    found = list[Envelope | UnreadableError]()
    for event in body:
        try:
            found.append(_structured(event, msgspec.json.encode(event)))
        except UnreadableError as error:
            error.raw = msgspec.json.encode(event)
            found.append(error)
    return found


def _structured(event: Any, raw: bytes) -> Envelope:
    if not isinstance(event, dict):
        raise UnreadableError("a CloudEvent is an object")
    if "data_base64" in event:
        event = {**event, "data": _from_base64(event["data_base64"])}
    return _cloud_event(event, event.get("data"), raw)


def _binary(headers: Mapping[str, str], message: Incoming) -> Envelope:
    attributes = {name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")}
    return _cloud_event(attributes, _json(message.data), message.data)


def _cloud_event(attributes: Mapping[str, Any], data: Any, raw: bytes) -> Envelope:
    if attributes.get("specversion") != "1.0":
        raise UnreadableError("specversion: only 1.0 is read here")
    return Envelope(
        id=_text(attributes, "id"),
        source=_text(attributes, "source"),
        type=_text(attributes, "type"),
        tenant=_optional_text(attributes, "tenantid"),
        at=_instant(attributes.get("time")),
        correlation_id=_optional_text(attributes, "correlationid"),
        data=data,
        raw=raw,
    )


def _plain(body: Any, headers: Mapping[str, str], message: Incoming) -> Envelope:
    """Without an id of its own it is known by the publisher's message id, else by its place in the stream."""
    if not isinstance(body, dict):
        raise UnreadableError("the body is no JSON object")
    named = next((str(body[name]) for name in _NAMES_OF_ID if isinstance(body.get(name), str | int)), None)
    told = next((body[name] for name in _NAMES_OF_TIME if isinstance(body.get(name), str)), None)
    return Envelope(
        id=(named or headers.get("nats-msg-id") or message.position)[:_LONGEST],
        source=str(body.get("source") or "")[:_LONGEST],
        type=str(body.get("type") or message.subject)[:_LONGEST],
        tenant=_optional_text(body, "tenant_id") or headers.get("tenant-id"),
        at=_instant(told),
        correlation_id=_optional_text(body, "correlation_id") or headers.get("correlation-id"),
        data=body,
        raw=message.data,
    )


def _looks_batched(body: Any) -> bool:
    return isinstance(body, list) and bool(body) and all(_is_cloud_event(event) for event in body)


def _is_cloud_event(body: Any) -> bool:
    return isinstance(body, dict) and "specversion" in body


def _json(data: bytes) -> Any:
    if _NUL.search(data):
        raise UnreadableError("the body holds a NUL character")
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(f"the body is no JSON: {error}") from error


def _from_base64(text: Any) -> Any:
    try:
        return _json(msgspec.convert(text, bytes))
    except msgspec.ValidationError as error:
        raise UnreadableError(f"data_base64: {error}") from error


def _text(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    if not isinstance(value, str) or not value or len(value) > _LONGEST:
        raise UnreadableError(f"{name}: a text of 1 to {_LONGEST} characters is needed")
    return value


def _optional_text(attributes: Mapping[str, Any], name: str) -> str | None:
    return _text(attributes, name) if attributes.get(name) is not None else None


def _instant(text: Any) -> datetime | None:
    """With a zone; an instant without one is UTC, as most who leave it out mean."""
    if text is None:
        return None
    try:
        return msgspec.convert(text if _has_zone(text) else f"{text}Z", datetime, strict=True)
    except msgspec.ValidationError as error:
        raise UnreadableError(f"time: {error}") from error


def _has_zone(text: Any) -> bool:
    tail = str(text)[10:]
    return tail.endswith(("Z", "z")) or "+" in tail or "-" in tail
