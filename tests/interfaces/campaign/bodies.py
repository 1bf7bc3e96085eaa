"""Campaigns as clients write them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

MAIL = {
    "channel_type": "email",
    "content": {
        "subject": "Hello",
        "sender_email": "news@acme.example",
        "body_text": "Hello {{ first_name | default: 'you' }}",
    },
}
NOTE = {"channel_type": "in_app", "content": {"title": "Hello", "body": "Hello {{ first_name | default: 'you' }}"}}
AUDIENCE = {"include": [{"user_ids": ["u1", "u2"]}]}


def minimal(**fields: Any) -> dict[str, Any]:
    return {"name": f"Spring {uuid4().hex}"} | fields


def ready(mode: str, **fields: Any) -> dict[str, Any]:
    """What that mode needs to be launched. Everybody has an address in the application: their user id."""
    body = minimal(mode=mode)
    if mode != "always_on":
        body |= {"channels": [NOTE], "audience": AUDIENCE}
    if mode == "one_time":
        body["schedule"] = {"windows": [not_today()]}
    if mode == "recurring":
        body["schedule"] = {"cron": "0 9 * * *", "windows": [not_today()]}
    if mode == "triggered":
        body["triggers"] = [{"event_type": "cart.left"}]
    return body | fields


def not_today() -> dict[str, Any]:
    """A window three days off: a run that begins now stays running, since nothing may leave yet."""
    day = (datetime.now(UTC) + timedelta(days=3)).strftime("%a").lower()
    return {"days": [day], "start": "09:00", "end": "17:00"}
