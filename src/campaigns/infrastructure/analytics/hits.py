"""Facts of the ledger as the rules that tell people from machines look at them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from campaigns.domain.analytics.judging import Touch, labels
from campaigns.domain.analytics.machines import Hit, HitLabel
from campaigns.domain.analytics.scanning import Trace
from campaigns.domain.delivery.numbers import FactKind

_TRACES = {FactKind.OPENED: Trace.OPEN, FactKind.CLICKED: Trace.CLICK, FactKind.TRAPPED: Trace.TRAP}
Told = tuple[int, datetime, int, Mapping[str, Any] | None]
"""A fact's kind, when it was, its append, and what it says beyond."""


def touch_of(kind: int, at: datetime, append_no: int, detail: Mapping[str, Any] | None) -> Touch | None:
    """None for a fact that is no hit."""
    if kind not in _TRACES:
        return None
    said = detail or {}
    hit = Hit(said.get("user_agent"), said.get("method") or "GET", said.get("purpose"), said.get("bot"))
    target = said.get("link", said.get("url"))
    trace = _TRACES[FactKind(kind)]
    return Touch(trace, at, append_no, hit, None if target is None else str(target), said.get("address_hash"))


def labels_by_place(facts: Sequence[Told], rules: int, *, unreported: bool) -> dict[int, HitLabel]:
    """Of all facts about one message: no hit, no label. `unreported`: nobody reports deliveries, the sending counts."""
    touches = {place: touch for place, fact in enumerate(facts) if (touch := touch_of(*fact))}
    told = labels(list(touches.values()), _arrived(facts, unreported=unreported), rules)
    return dict(zip(touches, told, strict=True))


def _arrived(facts: Sequence[Told], *, unreported: bool) -> datetime | None:
    for kind in (FactKind.DELIVERED, FactKind.SENT) if unreported else (FactKind.DELIVERED,):
        if instants := [at for said, at, *_ in facts if said == kind]:
            return min(instants)
    return None
