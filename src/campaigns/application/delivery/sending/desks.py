"""The executions a worker has at hand: content compiled once, forgotten when newer ones come."""

from collections import OrderedDict

from campaigns.application.delivery.ledger import Claim, Ledger
from campaigns.application.delivery.ports import Renderer, Senders
from campaigns.application.delivery.sending.desk import Chance, Desk, SendingPolicy

_KEPT = 32


class Desks:
    """Opens a desk for each execution."""

    def __init__(
        self, ledger: Ledger, renderer: Renderer, senders: Senders, policy: SendingPolicy, chance: Chance
    ) -> None:
        self._ledger = ledger
        self._renderer = renderer
        self._senders = senders
        self._policy = policy
        self._chance = chance
        self._open: OrderedDict[int, Desk] = OrderedDict()

    async def of(self, claim: Claim) -> Desk:
        """The desk of the claim's execution. InvalidError when its content cannot be compiled."""
        known = self._open.get(claim.execution_no)
        if known is None or known.brief.edition < claim.edition:
            brief = await self._ledger.brief(claim)
            content = await self._renderer.prepare(brief, claim.execution_no)
            self._open[claim.execution_no] = Desk(
                brief=brief,
                execution_no=claim.execution_no,
                content=content,
                senders=self._senders,
                policy=self._policy,
                chance=self._chance,
            )
            while len(self._open) > _KEPT:
                self._open.popitem(last=False)
        self._open.move_to_end(claim.execution_no)
        return self._open[claim.execution_no]

    async def close(self) -> None:
        """Give the senders' connections back."""
        await self._senders.close()
