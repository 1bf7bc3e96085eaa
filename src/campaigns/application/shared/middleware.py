"""What happens around every command and query, whichever it is."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from campaigns.application.shared.bus import Handler, Middleware
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import (
    ClaimLimitError,
    ClaimTakenError,
    ConflictError,
    DependencyDownError,
    NotAllowedError,
)
from campaigns.application.shared.messages import Command, Receipt
from campaigns.domain.shared.errors import DomainError

ClaimRefusal = Callable[[ClaimTakenError | ClaimLimitError], DomainError]
"""How a context words a set-wide rule that was broken."""

_ANSWERS = (DomainError, ConflictError)

log = structlog.get_logger(__name__)


class Measures(Protocol):
    """Where durations go."""

    def observe(self, message: str, outcome: str, seconds: float) -> None:
        """One message, by the name of its class; `outcome` is `done` or the code of a refusal or failure."""


class Receipts(Protocol):
    """What commands left behind."""

    async def receipt_of(self, caller: Caller) -> Receipt | None:
        """The receipt of the caller's command, if it was recorded at any time before; None if it never was."""


def measured(measures: Measures) -> Middleware:
    """Observes how long each message took and how it ended, and logs what failed."""

    def wrap(handler: Handler) -> Handler:
        async def handle(message: Any) -> Any:
            started, outcome = time.perf_counter(), "done"
            try:
                return await handler(message)
            except Exception as error:
                outcome = getattr(error, "code", "internal")
                _log(message, error, outcome)
                raise
            finally:
                measures.observe(type(message).__name__, outcome, time.perf_counter() - started)

        return handle

    return wrap


def _log(message: Any, error: Exception, outcome: str) -> None:
    caller: Caller = message.caller
    bound = log.bind(
        message=type(message).__name__,
        outcome=outcome,
        tenant=caller.tenant_id,
        principal=caller.principal,
        correlation_id=caller.correlation_id,
    )
    if isinstance(error, (*_ANSWERS, NotAllowedError)):
        bound.info("refused", detail=str(error))
    elif isinstance(error, DependencyDownError):
        bound.warning("a dependency is away", dependency=error.name, detail=error.detail)
    else:
        bound.error("failed", exc_info=error)


def claims_translated(refusals: Mapping[str, ClaimRefusal]) -> Middleware:
    """Turns a claim that was not granted into its context's own refusal."""

    def wrap(handler: Handler) -> Handler:
        async def handle(message: Any) -> Any:
            try:
                return await handler(message)
            except (ClaimTakenError, ClaimLimitError) as claim:
                raise refusals[claim.kind](claim) from claim

        return handle

    return wrap


def answered_again(receipts: Receipts) -> Middleware:
    """A command that is refused because it was carried out before (its answer was lost) gets its receipt."""

    def wrap(handler: Handler) -> Handler:
        async def handle(message: Any) -> Any:
            try:
                return await handler(message)
            except _ANSWERS:
                if isinstance(message, Command) and (receipt := await receipts.receipt_of(message.caller)):
                    return receipt
                raise

        return handle

    return wrap
