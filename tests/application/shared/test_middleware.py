"""Around every message: figures, logs, claims in the context's words, and answers that were lost."""

import asyncio
import contextlib
from collections.abc import Sequence
from uuid import UUID

import pytest
import structlog

from campaigns.application.shared.bus import Bus, Middleware
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import ClaimLimitError, ClaimTakenError, ConflictError, DependencyDownError
from campaigns.application.shared.messages import Command, Query, Receipt
from campaigns.application.shared.middleware import answered_again, claims_translated, measured
from campaigns.domain.shared.errors import DomainError, LimitError, RefusedError
from campaigns.domain.shared.ids import TenantId

CALLER = Caller(
    tenant_id=TenantId("acme"), principal="p", scopes=frozenset(), command_id=UUID(int=1), correlation_id="c"
)
OLD = Receipt(id=UUID(int=2), version=3, position=4)


class Ring(Command, frozen=True, kw_only=True):
    pass


class IsRinging(Query, frozen=True, kw_only=True):
    pass


class Watch:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def observe(self, message: str, outcome: str, seconds: float) -> None:
        assert 0 <= seconds < 5
        self.seen.append((message, outcome))


class Book:
    """Knows one receipt, or none."""

    def __init__(self, receipt: Receipt | None) -> None:
        self.receipt = receipt

    async def receipt_of(self, caller: Caller) -> Receipt | None:
        return self.receipt if caller.command_id == CALLER.command_id else None


def dispatch(middleware: Sequence[Middleware], outcome: object, message: Command | Query | None = None) -> object:
    async def handle(_message: object) -> object:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    asked = message or Ring(caller=CALLER)
    return asyncio.run(Bus({type(asked): handle}, middleware)(asked))


@pytest.mark.parametrize(
    ("outcome", "observed"),
    [
        ("rung", "done"),
        (RefusedError("no"), "campaign.status_transition"),
        (DependencyDownError("postgres", "away"), "dependency.unavailable"),
        (ZeroDivisionError(), "internal"),
    ],
)
def test_each_message_is_observed_with_its_outcome(outcome: object, observed: str) -> None:
    watch = Watch()
    with contextlib.suppress(RefusedError, DependencyDownError, ZeroDivisionError):
        assert dispatch([measured(watch)], outcome) == "rung"
    assert watch.seen == [("Ring", observed)]


def test_a_refusal_is_information_and_a_defect_is_an_error() -> None:
    with structlog.testing.capture_logs() as logs:
        for outcome in (RefusedError("no"), DependencyDownError("nats", "away"), ZeroDivisionError()):
            with pytest.raises(type(outcome)):
                dispatch([measured(Watch())], outcome)
    assert [(line["log_level"], line["event"]) for line in logs] == [
        ("info", "refused"),
        ("warning", "a dependency is away"),
        ("error", "failed"),
    ]
    assert {(line["tenant"], line["correlation_id"], line["message"]) for line in logs} == {("acme", "c", "Ring")}


class NameTakenError(DomainError):
    code = "campaign.name_taken"


REFUSALS = {
    "campaign_name": lambda claim: NameTakenError(str(claim)),
    "running_campaign": lambda claim: LimitError(str(claim)),
}


@pytest.mark.parametrize(
    ("claim", "refusal"),
    [
        (ClaimTakenError("campaign_name", "Spring"), NameTakenError),
        (ClaimLimitError("running_campaign", 5), LimitError),
    ],
)
def test_a_claim_that_was_not_granted_is_refused_in_the_contexts_words(
    claim: Exception, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        dispatch([claims_translated(REFUSALS)], claim)


@pytest.mark.parametrize("outcome", [RefusedError("already"), ConflictError("again")])
def test_a_command_refused_because_it_was_carried_out_before_gets_its_receipt(outcome: Exception) -> None:
    assert dispatch([answered_again(Book(OLD))], outcome) == OLD


def test_a_refused_command_that_was_never_recorded_stays_refused() -> None:
    with pytest.raises(RefusedError):
        dispatch([answered_again(Book(None))], RefusedError("no"))


def test_a_refused_query_has_no_receipt() -> None:
    with pytest.raises(RefusedError):
        dispatch([answered_again(Book(OLD))], RefusedError("no"), IsRinging(caller=CALLER))


def test_the_first_middleware_is_the_outermost() -> None:
    watch = Watch()
    with pytest.raises(NameTakenError):
        dispatch([measured(watch), claims_translated(REFUSALS)], ClaimTakenError("campaign_name", "Spring"))
    assert watch.seen == [("Ring", "campaign.name_taken")]
