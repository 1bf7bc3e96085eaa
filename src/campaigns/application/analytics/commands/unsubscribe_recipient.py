"""A person says no: with one click, without an account, and as often as they like."""

from datetime import datetime

from msgspec import Struct

from campaigns.application.analytics.ports import (
    Fact,
    FactName,
    Facts,
    MessageOwners,
    Suppressing,
    SuppressionReason,
)
from campaigns.application.shared.ports import Clock


class UnsubscribeRecipient(Struct, frozen=True, kw_only=True):
    """Asked with a signed token in place of credentials: the token's message says who asks."""

    execution_no: int
    seq: int


class UnsubscribeRecipientHandler:
    def __init__(self, owners: MessageOwners, suppressing: Suppressing, facts: Facts, clock: Clock) -> None:
        self._owners = owners
        self._suppressing = suppressing
        self._facts = facts
        self._clock = clock

    async def __call__(self, command: UnsubscribeRecipient) -> bool:
        """Whether there was such a message. Suppressed first: a crash in between loses a count, not a wish."""
        owner = await self._owners.of(command.execution_no, command.seq)
        if owner is None:
            return False
        now = self._clock.now()
        await self._suppressing.suppress(owner, SuppressionReason.UNSUBSCRIBED, now)
        await self._facts.append([unsubscribed(command, now)])
        return True


def unsubscribed(command: UnsubscribeRecipient, at: datetime) -> Fact:
    """The fact; its source is the message, so that a second click counts nothing."""
    return Fact(
        execution_no=command.execution_no,
        seq=command.seq,
        name=FactName.UNSUBSCRIBED,
        at=at,
        source_event_id=f"unsubscribed:{command.execution_no}-{command.seq}",
    )
