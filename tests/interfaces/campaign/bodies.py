"""Campaigns as clients write them."""

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
AUDIENCE = {"include": [{"user_ids": ["u1", "u2"]}]}


def minimal(**fields: Any) -> dict[str, Any]:
    return {"name": f"Spring {uuid4().hex}"} | fields


def ready(mode: str, **fields: Any) -> dict[str, Any]:
    """What that mode needs to be launched."""
    body = minimal(mode=mode)
    if mode != "always_on":
        body |= {"channels": [MAIL], "audience": AUDIENCE}
    if mode == "recurring":
        body["schedule"] = {"cron": "0 9 * * *"}
    if mode == "triggered":
        body["triggers"] = [{"event_type": "cart.left"}]
    return body | fields
