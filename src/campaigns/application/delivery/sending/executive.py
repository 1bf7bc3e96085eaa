"""Decisions about the whole execution that a worker comes upon."""

from datetime import timedelta

from campaigns.application.delivery.commands.complete_execution import CompleteExecution
from campaigns.application.delivery.commands.fail_execution import FailExecution
from campaigns.application.delivery.commands.pause_execution import PauseExecution
from campaigns.application.delivery.ledger import Claim, Ledger
from campaigns.application.delivery.permits import Hold
from campaigns.application.delivery.ports import ProviderAwayError
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import TenantId


class Executive:
    """Dispatches as the system, in the claim's tenant."""

    def __init__(self, bus: Bus, ledger: Ledger, clock: Clock, ids: Ids) -> None:
        self._bus = bus
        self._ledger = ledger
        self._clock = clock
        self._ids = ids

    async def complete_if_drained(self, claim: Claim) -> None:
        if await self._ledger.is_drained(claim.execution_no):
            caller = self.caller(claim.tenant_id)
            await self._bus(CompleteExecution(caller=caller, execution_id=claim.execution_id))

    async def fail(self, claim: Claim, refusal: DomainError) -> None:
        caller = self.caller(claim.tenant_id)
        command = FailExecution(
            caller=caller, execution_id=claim.execution_id, reason=refusal.detail, code=refusal.code
        )
        await self._bus(command)

    async def pause_for_budget(self, claim: Claim) -> None:
        caller = self.caller(claim.tenant_id)
        command = PauseExecution(caller=caller, execution_id=claim.execution_id, reason="budget_exhausted")
        await self._bus(command)

    def hold_for(self, away: ProviderAwayError) -> Hold:
        return Hold(self._clock.now() + timedelta(seconds=away.retry_after), str(away))

    def caller(self, tenant_id: TenantId) -> Caller:
        command_id = self._ids.new()
        return Caller(
            tenant_id=tenant_id,
            principal="system:delivery",
            scopes=frozenset({Scope.OPERATE}),
            command_id=command_id,
            correlation_id=str(command_id),
        )
