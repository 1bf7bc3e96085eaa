"""One append as the parameters of its one statement."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from campaigns.application.delivery.ledger import Claim, Entry, Fact, Intent, LeaseLostError
from campaigns.infrastructure.delivery import ledger_statements as statements

_NO_INTENT = Intent()
_encoder = msgspec.json.Encoder()


async def write_entry(connection: AsyncConnection, claim: Claim, entry: Entry, lease_seconds: float) -> bool:
    """One statement, whole or not at all. LeaseLostError when the batch is not this claim's any more."""
    cursor = await connection.execute(statements.APPEND, _named(claim, entry) | {"lease": lease_seconds})
    row = await cursor.fetchone()
    if row is None:
        raise LeaseLostError(f"batch {claim.batch_no} of execution {claim.execution_no}")
    return bool(row[0])


def _named(claim: Claim, entry: Entry) -> dict[str, Any]:
    report, counts = entry.report, entry.report.counts
    intent = entry.intent or _NO_INTENT
    return {
        "no": claim.execution_no,
        "batch": claim.batch_no,
        "fence": claim.fence,
        "number": entry.number,
        "intended_to": claim.seq_from - 1 if intent.to is None else intent.to,
        "sent": counts.sent,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "uncertain": counts.uncertain,
        "deferred": counts.deferred,
        "cost": report.cost,
        "taken_up": intent.deferred,
        "tells": bool(report.ranges or report.facts),
        "intends": bool(intent.facts),
        "seqs_from": _array([first for first, _ in report.ranges]),
        "seqs_to": _array([last for _, last in report.ranges]),
        "facts": _facts(report.facts, intent.facts),
    }


def _array(numbers: Sequence[int]) -> str:
    """An array as text: one type for the prepared statement, whatever the size of the numbers."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _facts(known: Sequence[Fact], intended: Sequence[Fact]) -> str:
    rows = [_row(fact, intent=False) for fact in known] + [_row(fact, intent=True) for fact in intended]
    return _encoder.encode(rows).decode()


def _row(fact: Fact, *, intent: bool) -> dict[str, Any]:
    return {"seq": fact.seq, "kind": int(fact.kind), "detail": fact.detail, "intent": intent}
