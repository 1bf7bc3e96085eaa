"""A ledger to fold: executions, plans, ranges and facts, written as the workers write them."""

import itertools
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

EXECUTION_NUMBERS = itertools.count(1_000_000)
"""For ledgers written into the database of a running service, which counts its own executions from 1."""

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


class WrittenLedger:
    """One execution of one campaign, with everybody on channel 0 and variants 0 and 1 by turns."""

    def __init__(
        self,
        url: str,
        people: int = 10,
        execution_no: int = 1,
        tenant: str = "acme",
        campaign_id: Any = None,
        *,
        unreported: Sequence[str] = (),
        zone: str = "UTC",
        variants: Sequence[str] = (),
    ) -> None:
        self.url, self.execution_no, self.tenant = url, execution_no, tenant
        self.campaign_id = campaign_id or uuid.uuid4()
        named = [{"variant_id": str(uuid.uuid4()), "name": name} for name in variants]
        brief = json.dumps({"unreported": list(unreported), "zone": zone, "variants": named})
        with psycopg.connect(url) as connection:
            connection.execute("set role campaigns_system")
            connection.execute(
                "insert into executions (tenant_id, execution_id, execution_no, campaign_id, kind, status, planned_for,"
                " audience, created_at, brief) values (%s, %s, %s, %s, 'manual', 'running', %s, %s, %s, %s)",
                (tenant, uuid.uuid4(), execution_no, self.campaign_id, NOON, people, NOON, brief),
            )
            connection.execute(
                "insert into plan_pages select %s, n >> 6, min(n), string_agg(set_byte('\\x00', 0, (n - 1) %% 2 + 1), ''),"
                " string_agg('\\x01'::bytea, ''), string_agg('\\x00'::bytea, ''), array_agg('u' || n)"
                " from generate_series(1, %s) n group by n >> 6",
                (execution_no, people),
            )

    def say(
        self,
        *facts: tuple[Any, ...],
        ranges: Sequence[tuple[int, int]] = (),
        at: datetime = NOON,
    ) -> int:
        """One append; facts are (seq, kind[, source[, detail]])."""
        with psycopg.connect(self.url) as connection:
            connection.execute("set role campaigns_system")
            (number,) = connection.execute(
                "update ledger_head set append_no = append_no + 1 returning append_no"
            ).fetchone() or (0,)
            for first, last in ranges:
                connection.execute(
                    "insert into message_ranges values (%s, %s, %s, %s, 1, %s)",
                    (number, self.execution_no, first, last, at),
                )
            for seq, kind, *more in facts:
                source, detail = (*more, None, None)[:2]
                connection.execute(
                    "insert into message_facts values (%s, %s, %s, %s, %s, %s, %s)",
                    (number, self.execution_no, seq, int(kind), at, source, detail and json.dumps(detail)),
                )
            return int(number)

    def figures(self) -> dict[str, tuple[int, int, int, int]]:
        """kind -> total, uniques, machine total, machine uniques of the active generation."""
        with psycopg.connect(self.url) as connection:
            connection.execute("set role campaigns_system")
            rows = connection.execute(
                "select kind, sum(total)::int, sum(uniques)::int, sum(machine_total)::int, sum(machine_uniques)::int"
                " from campaign_metrics join metric_generations on generation = active"
                " where campaign_id = %s group by kind",
                (self.campaign_id,),
            ).fetchall()
        return {kind: tuple(figures) for kind, *figures in rows if any(figures)}

    def cells(self) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            connection.execute("set role campaigns_system")
            return connection.execute(
                "select execution_no, variant, channel, kind, hour, total, uniques, machine_total, machine_uniques"
                " from campaign_metrics join metric_generations on generation = active"
                " where total <> 0 or uniques <> 0 or machine_total <> 0 order by 1, 2, 3, 4, 5"
            ).fetchall()
