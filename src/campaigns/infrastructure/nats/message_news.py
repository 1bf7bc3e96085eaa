"""From the rows of the ledger to news about messages."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from campaigns.application.delivery import published_messages as news
from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER, FactKind
from campaigns.infrastructure.nats.cloud_events import cloud_event
from campaigns.infrastructure.nats.named_variants import Variants, told_variant


class LedgerLine(Struct, frozen=True, gc=False):
    """One word of the ledger about one message, with what plan and execution know of it."""

    append_no: int
    execution_no: int
    seq: int
    kind: int
    at: datetime
    detail: Mapping[str, Any] | None
    user_id: str
    variant: int
    channel: int
    tenant_id: str
    campaign_id: UUID
    execution_id: UUID


_TYPES: dict[int, str] = {
    FactKind.SENT: "sent",
    FactKind.FAILED: "failed",
    FactKind.SKIPPED: "skipped",
    FactKind.UNCERTAIN: "uncertain",
    FactKind.DELIVERED: "delivered",
    FactKind.BOUNCED: "bounced",
    FactKind.OPENED: "opened",
    FactKind.CLICKED: "clicked",
    FactKind.CONVERTED: "converted",
    FactKind.COMPLAINED: "complained",
    FactKind.UNSUBSCRIBED: "unsubscribed",
    FactKind.REPLIED: "replied",
}
_MORE: dict[str, Callable[[LedgerLine, Mapping[str, Any]], dict[str, Any]]] = {
    "sent": lambda line, _: {"notification_id": message_id(line.execution_no, line.seq)},
    "delivered": lambda line, _: {"delivered_at": line.at},
    "opened": lambda line, detail: {"opened_at": line.at, "user_agent": detail.get("user_agent")},
    "clicked": lambda line, detail: {
        "clicked_at": line.at,
        "link_url": detail.get("url"),
        "user_agent": detail.get("user_agent"),
    },
    "converted": lambda _, detail: {
        "conversion_event": detail.get("event_type"),
        "value": detail.get("amount"),
        "currency": detail.get("currency"),
        "weight": detail.get("weight"),
    },
    "bounced": lambda _, detail: {
        "bounce_type": "soft" if detail.get("hard") is False else "hard",
        "reason": detail.get("reason"),
    },
    "failed": lambda _, detail: {"reason": detail.get("reason")},
    "skipped": lambda _, detail: {"reason": detail.get("reason")},
    "uncertain": lambda _, detail: {"reason": detail.get("reason")},
}


def message_news(line: LedgerLine, repeated: int, variants: Variants) -> CloudEvent | None:
    """The event of a line; None for what is a worker's own note. `repeated` tells equal lines of an append apart."""
    name = _TYPES.get(line.kind)
    return None if name is None else news_of(line, name, variants, repeated)


def news_of(line: LedgerLine, name: str, variants: Variants, repeated: int = 0) -> CloudEvent:
    """The event of a line as `campaign.message.<name>`."""
    detail = line.detail or {}
    identity = f"{message_id(line.execution_no, line.seq)}.{name}.{line.append_no}"
    return cloud_event(
        id=f"{identity}.{repeated}" if repeated else identity,
        type=f"campaign.message.{name}",
        subject=str(line.campaign_id),
        time=line.at,
        tenant_id=line.tenant_id,
        correlation_id=str(line.execution_id),
        sequence=line.append_no,
        data=news.MESSAGES[f"campaign.message.{name}"](**_common(line, detail, variants), **_more(name, line, detail)),
    )


def _common(line: LedgerLine, detail: Mapping[str, Any], variants: Variants) -> dict[str, Any]:
    return {
        "campaign_id": line.campaign_id,
        "execution_id": line.execution_id,
        "message_id": message_id(line.execution_no, line.seq),
        "user_id": line.user_id,
        "channel": CHANNELS_BY_NUMBER.get(detail.get("channel", line.channel)),
        "occurred_at": line.at,
        **told_variant(variants, line.execution_no, line.variant),
    }


def _more(name: str, line: LedgerLine, detail: Mapping[str, Any]) -> dict[str, Any]:
    more = _MORE.get(name)
    return more(line, detail) if more else {}
