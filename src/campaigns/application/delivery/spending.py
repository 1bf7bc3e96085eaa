"""The port through which workers reserve what they are about to spend."""

from decimal import Decimal
from typing import Protocol

from campaigns.application.delivery.ledger import Claim
from campaigns.domain.delivery.spending import Answer


class Spending(Protocol):
    """What campaigns have spent and reserved. Every method is one transaction. LeaseLostError."""

    async def reserve(self, claim: Claim, needed: Decimal, budget: Decimal) -> Answer:
        """Hold so much for all that the claim may still hand over, instead of what the batch held before."""

    async def reserve_more(self, claim: Claim, extra: Decimal, budget: Decimal) -> Answer:
        """Hold so much beside what the claim holds already (less, where it is negative)."""
