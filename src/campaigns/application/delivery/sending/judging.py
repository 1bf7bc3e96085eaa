"""What a trouble means for a message: another try, another channel, failed, or uncertain."""

from collections.abc import Mapping
from typing import Any

from campaigns.application.delivery.ports import Trouble, Verdict
from campaigns.application.delivery.sending.attempts import Attempt, Result
from campaigns.application.delivery.sending.desk import Desk
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER, FactKind
from campaigns.domain.shared.channels import ADDRESS_ATTRIBUTE
from campaigns.domain.shared.skip_reasons import SkipReason

_LONGEST_REASON = 300


def judged(attempt: Attempt, trouble: Trouble, profile: Mapping[str, Any], desk: Desk) -> Result:
    """The result of an attempt that met trouble."""
    match trouble.verdict:
        case Verdict.PERMANENT:
            return _permanent(attempt, trouble.reason, profile, desk)
        case Verdict.TRANSIENT:
            return _again(attempt, trouble, desk, FactKind.FAILED)
        case Verdict.UNKNOWN:
            if desk.may_send_again(attempt.channel, attempt.message.variant):
                return _again(attempt, trouble, desk, FactKind.UNCERTAIN)
            return Result(attempt, FactKind.UNCERTAIN, _detail(attempt, trouble.reason))
        case Verdict.BUSY:
            return away(attempt, trouble.reason)


def away(attempt: Attempt, reason: str) -> Result:
    """Nothing has left: the same attempt comes again, and does not count as a try."""
    detail = _detail(attempt, reason) | {"tries": attempt.tries - 1, "fell_back": attempt.kind is FactKind.FELL_BACK}
    kind = attempt.kind or FactKind.RETRYING
    following = Attempt(attempt.message, attempt.channel, attempt.tries, kind)
    return Result(attempt, FactKind.DEFERRED, detail, following)


def skipped(attempt: Attempt, reason: str, detail: str | None = None) -> Result:
    more = {"why": detail[:_LONGEST_REASON]} if detail else {}
    return Result(attempt, FactKind.SKIPPED, {"reason": reason, "channel": attempt.channel} | more)


def unconfigured(attempt: Attempt) -> Result:
    channel = CHANNELS_BY_NUMBER[attempt.channel]
    return Result(attempt, FactKind.FAILED, _detail(attempt, f"no sender is configured for {channel}"))


def address_of(channel: int, profile: Mapping[str, Any]) -> str | None:
    """Where the channel reaches a person; "" where the address stands in the content, None when there is none."""
    attribute = ADDRESS_ATTRIBUTE[CHANNELS_BY_NUMBER[channel]]
    if attribute is None:
        return ""
    value = profile.get(attribute)
    return str(value) if value else None


def without_address(attempt: Attempt) -> Result:
    return skipped(attempt, SkipReason.NO_ADDRESS.wire_name)


def _permanent(attempt: Attempt, reason: str, profile: Mapping[str, Any], desk: Desk) -> Result:
    for channel in desk.channel_after(attempt.message.variant, attempt.channel):
        if address_of(channel, profile) is not None and desk.sender_of(CHANNELS_BY_NUMBER[channel]) is not None:
            detail = _detail(attempt, reason) | {"channel": channel, "tries": 0, "fell_back": True}
            following = Attempt(attempt.message, channel, kind=FactKind.FELL_BACK, instead_of=attempt.channel)
            return Result(attempt, FactKind.DEFERRED, detail, following)
    return Result(attempt, FactKind.FAILED, _detail(attempt, reason))


def _again(attempt: Attempt, trouble: Trouble, desk: Desk, at_last: FactKind) -> Result:
    detail = _detail(attempt, trouble.reason)
    if desk.policy.retry.wait_after(attempt.tries, 0) is None:
        return Result(attempt, at_last, detail)
    following = Attempt(attempt.message, attempt.channel, attempt.tries + 1, FactKind.RETRYING)
    return Result(attempt, FactKind.DEFERRED, detail, following, trouble.wait or 0.0)


def _detail(attempt: Attempt, reason: str) -> dict[str, Any]:
    return {"reason": reason[:_LONGEST_REASON], "channel": attempt.channel, "tries": attempt.tries}
