"""Who was behind the hits on one message: people or machines, by the rules that stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from campaigns.domain.analytics.machines import MACHINE_RULES, Hit, HitLabel
from campaigns.domain.analytics.scanning import TOGETHER_RULES, Seen, Trace
from campaigns.domain.delivery.numbers import FactKind

_TRACES = {FactKind.OPENED: Trace.OPEN, FactKind.CLICKED: Trace.CLICK, FactKind.TRAPPED: Trace.TRAP}
Fact = tuple[int, datetime, Mapping[str, Any] | None]
"""Its kind, when it was, and what it says beyond."""


def labels(facts: Sequence[Fact], rules: int, *, unreported: bool) -> dict[int, HitLabel]:
    """By the place of the fact; no hit, no label. `unreported`: nobody reports deliveries, the sending counts."""
    found = {
        place: HitLabel.MACHINE if kind == FactKind.TRAPPED else _alone(detail or {}, rules)
        for place, (kind, _, detail) in enumerate(facts)
        if kind in _TRACES
    }
    together = TOGETHER_RULES.get(rules)
    if together is None:
        return found
    ours = [place for place in found if "address_hash" in (facts[place][2] or {})]
    told = together([_seen(facts[place]) for place in ours], _arrived(facts, unreported=unreported))
    machines = {place for place, is_machine in zip(ours, told, strict=True) if is_machine}
    return {
        place: HitLabel.MACHINE if place in machines and label is HitLabel.HUMAN else label
        for place, label in found.items()
    }


def _alone(detail: Mapping[str, Any], rules: int) -> HitLabel:
    hit = Hit(detail.get("user_agent"), detail.get("method", "GET"), detail.get("purpose"))
    return MACHINE_RULES[rules](hit)


def _seen(fact: Fact) -> Seen:
    kind, at, detail = fact[0], fact[1], fact[2] or {}
    target = detail.get("link", detail.get("url"))
    return Seen(
        _TRACES[FactKind(kind)], _micro(at), None if target is None else str(target), detail.get("address_hash")
    )


def _arrived(facts: Sequence[Fact], *, unreported: bool) -> int | None:
    for kind in (FactKind.DELIVERED, FactKind.SENT) if unreported else (FactKind.DELIVERED,):
        if instants := [at for said, at, _ in facts if said == kind]:
            return _micro(min(instants))
    return None


def _micro(at: datetime) -> int:
    return round(at.timestamp() * 1e6)
