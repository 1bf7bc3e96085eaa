"""One append: counters and lease first, the numbered facts last, since their number makes other appends wait."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from campaigns.application.delivery.ledger import Claim, Entry, Fact, Intent, LeaseLostError
from campaigns.infrastructure.delivery import ledger_statements as statements

_NO_INTENT = Intent()


async def write_entry(connection: AsyncConnection, claim: Claim, entry: Entry, lease_seconds: float) -> bool:
    """Within the connection's transaction. LeaseLostError when the batch is not this claim's any more."""
    named = {"no": claim.execution_no, "batch": claim.batch_no, "fence": claim.fence}
    held = await (await connection.execute(statements.HOLD, named)).fetchone()
    if held is None:
        raise LeaseLostError(f"batch {claim.batch_no} of execution {claim.execution_no}")
    appended, last_answer, may_send = held
    if appended >= entry.number:
        return bool(last_answer)
    intent = entry.intent if entry.intent is not None and may_send else _NO_INTENT
    async with connection.pipeline():
        await connection.execute(statements.COUNT, named | _changes(claim, entry, intent, lease_seconds, may_send))
        facts = [*entry.report.facts, *intent.facts]
        if entry.report.ranges or facts:
            await _write_facts(connection, claim, entry.report.ranges, facts)
    return bool(may_send)


def _changes(claim: Claim, entry: Entry, intent: Intent, lease_seconds: float, may_send: bool) -> dict[str, Any]:  # noqa: FBT001
    counts = entry.report.counts
    return {
        "number": entry.number,
        "granted": may_send,
        "lease": lease_seconds,
        "intended_to": claim.seq_from - 1 if intent.to is None else intent.to,
        "sent": counts.sent,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "uncertain": counts.uncertain,
        "deferred": counts.deferred + intent.deferred,
    }


async def _write_facts(
    connection: AsyncConnection, claim: Claim, ranges: Sequence[tuple[int, int]], facts: Sequence[Fact]
) -> None:
    row = await (await connection.execute(statements.NEXT_APPEND)).fetchone()
    append_no = row[0] if row else 0
    if ranges:
        stretches = ([first for first, _ in ranges], [last for _, last in ranges])
        await connection.execute(statements.RANGES, (append_no, claim.execution_no, *stretches))
    if facts:
        columns = ([f.seq for f in facts], [int(f.kind) for f in facts], [Jsonb(dict(f.detail)) for f in facts])
        await connection.execute(statements.FACTS, (append_no, claim.execution_no, *columns))
