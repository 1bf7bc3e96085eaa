"""The appends of one claim, numbered, and made for certain."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal

from campaigns.application.delivery.ledger import Claim, Entry, Fact, Intent, Report
from campaigns.application.delivery.permits import Permit, Wanted
from campaigns.application.delivery.sending.attempts import Attempt
from campaigns.application.delivery.sending.desk import Books
from campaigns.application.delivery.sending.insisting import insist
from campaigns.domain.delivery.numbers import FactKind
from campaigns.domain.delivery.spending import Answer
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.money import Money


class Journal:
    """What one worker writes about one claim."""

    def __init__(self, claim: Claim, books: Books, lease_seconds: float, stopping: asyncio.Event) -> None:
        self._claim = claim
        self._books = books
        self._lease_seconds = lease_seconds
        self._stopping = stopping
        self._number = 0

    async def append(self, report: Report, intent: Intent | None) -> bool:
        """See `Ledger.append`; waits while the ledger is away. LeaseLostError."""
        self._number += 1
        entry = Entry(number=self._number, report=report, intent=intent)
        return await insist(lambda: self._books.ledger.append(self._claim, entry, self._lease_seconds), self._stopping)

    async def affords(self, extra: Decimal, budget: Money | None) -> bool:
        """Whether so much more than was reserved may be spent; it is reserved then. LeaseLostError."""
        if budget is None or not extra:
            return True
        spending, claim = self._books.spending, self._claim
        answer = await insist(lambda: spending.reserve_more(claim, extra, budget.amount), self._stopping)
        return answer is Answer.GRANTED

    async def permit(self, wanted: Sequence[Wanted]) -> Permit:
        """How many may leave now, by the limits that all share; waits while they cannot be asked."""
        return await insist(lambda: self._books.permits.take(self._claim.tenant_id, wanted), self._stopping)

    async def suppressed(self, attempts: Sequence[Attempt]) -> Mapping[str, Mapping[ChannelType, str]]:
        """Who of them must not be reached, read after their intent was recorded."""
        ids = [attempt.message.user_id for attempt in attempts]
        claim = self._claim
        return await insist(
            lambda: self._books.suppressed.among(claim.tenant_id, claim.campaign_id, ids), self._stopping
        )


def intent_of(attempts: Sequence[Attempt]) -> Intent:
    """First attempts move the watermark; others are named one by one, and leave the counter that held them."""
    if attempts[0].kind is None:
        return Intent(to=attempts[-1].seq)
    facts = [
        Fact(attempt.seq, attempt.kind or FactKind.RETRYING, {"channel": attempt.channel, "tries": attempt.tries})
        for attempt in attempts
    ]
    return Intent(facts=facts, deferred=-len(attempts))
