"""Webhooks, signed as Standard Webhooks has it (standardwebhooks.com): the receiver can check who calls, and when."""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from hmac import digest

from campaigns.application.delivery.ports import Handover, OutgoingMessage
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.delivery.rendering.calls import METHOD
from campaigns.infrastructure.delivery.senders.posting import post_each
from campaigns.infrastructure.http.client import Answer, OutgoingHttp, Request

_PREFIX = "whsec_"
_LARGEST_ANSWER = 65_536
OWN_HEADERS = frozenset(
    "webhook-id webhook-timestamp webhook-signature idempotency-key host content-length transfer-encoding "
    "connection expect upgrade te trailer proxy-authorization cookie".split()
)
"""Headers that a campaign's content must not set."""


class WebhookSender:
    """`http` refuses addresses inside the network; `secret` is `whsec_<base64>` or None (unsigned)."""

    idempotent = True  # the id is the idempotency key, by the standard
    max_chunk = 200

    def __init__(self, http: OutgoingHttp, clock: Clock, secret: str | None, provider: str = "webhook") -> None:
        self.provider = provider
        self._http, self._clock = http, clock
        self._key = None if secret is None else webhook_key(secret)

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        return await post_each(self._http, self.provider, messages, self._request, _no_id)

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:  # noqa: ARG002 - not offered
        return None

    async def close(self) -> None:
        """The HTTP client belongs to whoever opened it."""

    def _request(self, message: OutgoingMessage) -> Request:
        moment = str(int(self._clock.now().timestamp()))
        headers = {
            "content-type": "application/json",
            **{name: value for name, value in message.headers.items() if name.lower() not in OWN_HEADERS | {METHOD}},
            "webhook-id": message.message_id,
            "webhook-timestamp": moment,
            "idempotency-key": message.message_id,
        }
        if self._key is not None:
            headers["webhook-signature"] = signature(self._key, message.message_id, moment, message.body)
        return Request(
            method=message.headers.get(METHOD, "POST"),
            url=message.address,
            headers=headers,
            body=message.body,
            largest=_LARGEST_ANSWER,
        )


def webhook_key(secret: str) -> bytes:
    """The key in a `whsec_…` secret. Raises ValueError when it is no base64."""
    return b64decode(secret.removeprefix(_PREFIX), validate=True)


def signature(key: bytes, message_id: str, moment: str, body: bytes) -> str:
    signed = f"{message_id}.{moment}.".encode() + body
    return "v1," + b64encode(digest(key, signed, sha256)).decode()


def _no_id(_: Answer) -> None:
    return None
