"""Webhooks: a JSON document whose texts are Liquid, so that a person's data can never break out of its place."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import msgspec
from liquid.exceptions import LiquidError
from msgspec import Struct

from campaigns.application.delivery.ports import OutgoingMessage, Recipient
from campaigns.application.delivery.tracking import MessageLinks
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.delivery.rendering.forms import Run, identity
from campaigns.infrastructure.delivery.rendering.texts import renderable

Fill = Callable[[Mapping[str, Any], set[str], MessageLinks, int], Any]
METHOD = "x-method"  # transport header that carries the HTTP method to the sender


class CallForm(Struct, frozen=True):
    """A compiled webhook call."""

    sender: ClassVar[str] = ""

    tenant_id: str
    campaign_id: str
    url: str
    headers: dict[str, str]
    payload: Fill | None

    def message(self, run: Run, recipient: Recipient, missing: set[str]) -> OutgoingMessage:
        name = identity(run, recipient)
        payload = (
            self.payload(recipient.profile, missing, run.links, recipient.seq)
            if self.payload
            else {
                "message_id": name,
                "tenant_id": self.tenant_id,
                "campaign_id": self.campaign_id,
                "user_id": recipient.user_id,
            }
        )
        body = msgspec.json.encode(payload)
        return OutgoingMessage(
            recipient.seq, name, recipient.user_id, self.url, recipient.variant, body, headers=self.headers
        )


def call_form(content: Content, brief: Brief) -> CallForm:
    """Compile a call. Raises LiquidError, or msgspec.DecodeError when the payload template is no JSON document."""
    payload = _filler(msgspec.json.decode(content.payload_template)) if content.payload_template else None
    headers = {**(content.headers or {}), METHOD: (content.method or "POST").upper()}
    return CallForm(str(brief.tenant_id), str(brief.campaign_id), content.url or "", headers, payload)


def _filler(node: Any) -> Fill:
    if isinstance(node, str):
        return _text(node)
    if isinstance(node, list):
        items = [_filler(item) for item in node]
        return lambda *person: [item(*person) for item in items]
    if isinstance(node, dict):
        fields = {key: _filler(value) for key, value in node.items()}
        return lambda *person: {key: value(*person) for key, value in fields.items()}
    return lambda *_: node


def _text(source: str) -> Fill:
    if "{" not in source:
        return lambda *_: source
    try:
        return renderable(source, html=False)
    except LiquidError as error:
        raise LiquidError(f"{source!r}: {error.message}", token=None) from error
