"""Hands one chunk over: suppression first, then rendering, then the senders of its channels side by side."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import structlog
from msgspec import Struct

from campaigns.application.delivery.ledger import Fact
from campaigns.application.delivery.ports import (
    Handover,
    OutgoingMessage,
    ProviderAwayError,
    Recipient,
    Sender,
    Trouble,
    Unrenderable,
    Verdict,
)
from campaigns.application.delivery.sending.attempts import Attempt, Result
from campaigns.application.delivery.sending.desk import Desk
from campaigns.application.delivery.sending.filling import filled_in
from campaigns.application.delivery.sending.judging import (
    address_of,
    away,
    judged,
    skipped,
    unconfigured,
    without_address,
)
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER, FactKind
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.skip_reasons import SkipReason

_BUSY_PAUSE = 5.0  # seconds, when a busy provider names none

log = structlog.get_logger(__name__)

People = Mapping[str, Mapping[str, Any]]
SuppressedOn = Mapping[str, Mapping[ChannelType, str]]


class HandedOver(Struct, frozen=True):
    """The results of all that was not simply accepted; `away` when a provider could not be reached."""

    results: Sequence[Result]
    away: ProviderAwayError | None = None
    provider_ids: Sequence[Fact] = ()


def held_back(attempts: Sequence[Attempt], reason: str) -> HandedOver:
    """Nothing of it left: all of it comes again."""
    return HandedOver([away(attempt, reason) for attempt in attempts])


async def hand_over(attempts: Sequence[Attempt], people: People, suppressed: SuppressedOn, desk: Desk) -> HandedOver:
    """Never raises for a provider's or a person's sake."""
    channels = {attempt.channel for attempt in attempts}
    parts = [
        _by_channel(number, [a for a in attempts if a.channel == number], people, suppressed, desk)
        for number in channels
    ]
    handed = await asyncio.gather(*parts)
    missing = next((part.away for part in handed if part.away), None)
    ids = [fact for part in handed for fact in part.provider_ids]
    return HandedOver([result for part in handed for result in part.results], missing, ids)


async def _by_channel(
    number: int, attempts: Sequence[Attempt], people: People, suppressed: SuppressedOn, desk: Desk
) -> HandedOver:
    channel = CHANNELS_BY_NUMBER[number]
    sender = desk.sender_of(channel)
    if sender is None:
        return HandedOver([unconfigured(attempt) for attempt in attempts])
    looked_up = [_recipient(attempt, channel, people, suppressed) for attempt in attempts]
    unreachable = [found for found in looked_up if isinstance(found, Result)]
    recipients = [found for found in looked_up if isinstance(found, Recipient)]
    by_seq = {attempt.message.seq: attempt for attempt in attempts}
    rendered = list(filled_in(desk.content, desk.execution_no, channel, recipients))
    unwritten = [_unwritten(by_seq[one.seq], one) for one in rendered if isinstance(one, Unrenderable)]
    messages = [one for one in rendered if not isinstance(one, Unrenderable)]
    sent = await _delivered(sender, messages, by_seq, people, desk)
    return HandedOver([*unreachable, *unwritten, *sent.results], sent.away, sent.provider_ids)


def _recipient(attempt: Attempt, channel: ChannelType, people: People, suppressed: SuppressedOn) -> Recipient | Result:
    """Whom it goes to, or why it does not."""
    message = attempt.message
    profile = people.get(message.user_id, {"user_id": message.user_id})
    if reason := suppressed.get(message.user_id, {}).get(channel):
        return skipped(attempt, reason)
    address = address_of(attempt.channel, profile)
    if address is None:
        return without_address(attempt)
    return Recipient(message.seq, message.user_id, message.variant, address, profile)


def _unwritten(attempt: Attempt, trouble: Unrenderable) -> Result:
    reason = SkipReason.MISSING_DATA if trouble.missing else SkipReason.CONTENT_ERROR
    return skipped(attempt, reason.wire_name, trouble.reason)


async def _delivered(
    sender: Sender, messages: Sequence[OutgoingMessage], by_seq: Mapping[int, Attempt], people: People, desk: Desk
) -> HandedOver:
    handed = await asyncio.gather(*(_chunk(sender, part) for part in _parts(messages, sender.max_chunk)))
    results: list[Result] = []
    ids: list[Fact] = []
    missing: ProviderAwayError | None = None
    for part, answer in handed:
        if isinstance(answer, ProviderAwayError):
            missing = answer
            results += [away(by_seq[message.seq], answer.detail) for message in part]
            continue
        if answer.away is not None:
            missing = answer.away
            results += [away(by_seq[seq], answer.away.detail) for seq in sorted(answer.unsent)]
        for seq, trouble in answer.troubles.items():
            attempt = by_seq[seq]
            results.append(judged(attempt, trouble, people.get(attempt.message.user_id, {}), desk))
            if trouble.verdict is Verdict.BUSY:
                missing = ProviderAwayError(sender.provider, trouble.reason, trouble.wait or _BUSY_PAUSE)
        ids += [Fact(seq, FactKind.ACCEPTED_AS, {"id": given}) for seq, given in answer.provider_ids.items()]
    return HandedOver(results, missing, ids)


def _parts(messages: Sequence[OutgoingMessage], size: int) -> Iterator[Sequence[OutgoingMessage]]:
    for start in range(0, len(messages), size):
        yield messages[start : start + size]


async def _chunk(
    sender: Sender, messages: Sequence[OutgoingMessage]
) -> tuple[Sequence[OutgoingMessage], Handover | ProviderAwayError]:
    try:
        answer = await sender.deliver(messages)
    except ProviderAwayError as error:
        return messages, error
    except Exception as error:  # whatever it was, these may or may not have left
        log.exception("a sender failed", provider=sender.provider, messages=len(messages))
        return messages, _unknown(messages, f"{type(error).__name__}: {error}")
    if answer.accepted + len(answer.troubles) + len(answer.unsent) != len(messages):
        log.error("a sender lost count", provider=sender.provider, messages=len(messages), accepted=answer.accepted)
        left_out = [message for message in messages if message.seq not in answer.troubles]
        unknown = _unknown(left_out, "the sender lost count").troubles
        return messages, Handover(accepted=0, troubles={**answer.troubles, **unknown})
    return messages, answer


def _unknown(messages: Sequence[OutgoingMessage], reason: str) -> Handover:
    trouble = Trouble(Verdict.UNKNOWN, reason)
    return Handover(accepted=0, troubles={message.seq: trouble for message in messages})
