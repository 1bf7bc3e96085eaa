"""What an earlier claim left behind: asked of the provider, sent again where that is safe, else uncertain."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from campaigns.application.delivery.ledger import Claim, Fact, Report, Unsettled
from campaigns.application.delivery.ports import ProviderAwayError
from campaigns.application.delivery.sending.attempts import Attempt, counts_of_facts, taken_up
from campaigns.application.delivery.sending.budgeting import cost_of_facts
from campaigns.application.delivery.sending.desk import Desk
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER, FactKind

_UNTOLD = "the worker ended before the outcome was recorded"


class Settlement(Struct, frozen=True):
    """What to record before anything else, and which attempts come next."""

    report: Report
    again: Sequence[Attempt]


async def settle(claim: Claim, left: Sequence[Unsettled], desk: Desk) -> Settlement:
    """Decide about everything that was intended and has no final outcome. Asks providers; sends nothing."""
    deferred = [item for item in left if item.kind is FactKind.DEFERRED]
    uncertain = [item for item in left if item.kind is FactKind.UNCERTAIN]
    unknown = [item for item in left if item.kind not in (FactKind.DEFERRED, FactKind.UNCERTAIN)]
    facts = [fact for number in _channels(unknown) for fact in await _judged(claim, _of(unknown, number), number, desk)]
    resent = [
        _deferred(item, {"reason": "sent again by an operator", "tries": 0, "resent": True}) for item in uncertain
    ]
    again = {fact.seq: fact.detail for fact in (*facts, *resent) if fact.kind is FactKind.DEFERRED}
    counts = counts_of_facts([*facts, *resent], uncertain=-len(resent))
    attempts = [taken_up(item.message, item.detail) for item in deferred]
    attempts += [taken_up(item.message, again[item.message.seq]) for item in left if item.message.seq in again]
    return Settlement(Report(facts=[*facts, *resent], counts=counts, cost=cost_of_facts(facts, desk)), attempts)


async def _judged(claim: Claim, items: Sequence[Unsettled], number: int, desk: Desk) -> list[Fact]:
    accepted = await _asked(claim, items, number, desk)
    return [_answered(item, message_id(claim.execution_no, item.message.seq), accepted, desk) for item in items]


def _answered(item: Unsettled, name: str, accepted: Mapping[str, bool], desk: Desk) -> Fact:
    if accepted.get(name):
        return Fact(item.message.seq, FactKind.SENT, {"reason": "the provider has it", "channel": _channel(item)})
    if name in accepted:
        return _deferred(item, {"reason": "the provider does not have it", "tries": 0})
    if desk.may_send_again(_channel(item), item.message.variant):
        return _deferred(item, {"reason": _UNTOLD, "tries": 0})
    return Fact(item.message.seq, FactKind.UNCERTAIN, {"reason": _UNTOLD, "channel": _channel(item)})


async def _asked(claim: Claim, items: Sequence[Unsettled], number: int, desk: Desk) -> Mapping[str, bool]:
    """What the provider says; nothing when it cannot be asked, or is away."""
    sender = desk.sender_of(CHANNELS_BY_NUMBER[number])
    if sender is None or claim.left_at is None:
        return {}
    names = [message_id(claim.execution_no, item.message.seq) for item in items]
    try:
        return await sender.look_up(names, claim.left_at) or {}
    except ProviderAwayError:
        return {}


def _deferred(item: Unsettled, detail: dict[str, Any]) -> Fact:
    return Fact(item.message.seq, FactKind.DEFERRED, detail | {"channel": _channel(item)})


def _channel(item: Unsettled) -> int:
    return int(item.detail.get("channel", item.message.channel))


def _channels(items: Sequence[Unsettled]) -> list[int]:
    return sorted({_channel(item) for item in items})


def _of(items: Sequence[Unsettled], number: int) -> list[Unsettled]:
    return [item for item in items if _channel(item) == number]
