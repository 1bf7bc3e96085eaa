"""Writes what triggers decided, many at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg import AsyncConnection

from campaigns.domain.shared.ids import TenantId
from campaigns.domain.trigger.deciding import Decision

_FIRST: LiteralString = """
insert into trigger_decisions (tenant_id, campaign_id, trigger_id, event_no, user_id, outcome, at, due_at, counts_until)
select %(tenant)s, campaign_id, trigger_id, event_no, user_id, outcome, %(now)s, due_at, counts_until
  from unnest(%(campaigns)s::uuid[], %(triggers)s::uuid[], %(events)s::bigint[], %(people)s::text[],
              %(outcomes)s::smallint[], %(due)s::timestamptz[], %(until)s::timestamptz[])
       as decided (campaign_id, trigger_id, event_no, user_id, outcome, due_at, counts_until)
on conflict (trigger_id, event_no, repeat) do nothing"""
# Told once more: worth a line where the trigger acts, or acted.
_AGAIN: LiteralString = """
insert into trigger_decisions (tenant_id, campaign_id, trigger_id, event_no, repeat, user_id, outcome, at)
select d.tenant_id, d.campaign_id, d.trigger_id, d.event_no, 1, d.user_id, decided.outcome, %(now)s
  from unnest(%(triggers)s::uuid[], %(events)s::bigint[], %(outcomes)s::smallint[])
       as decided (trigger_id, event_no, outcome)
  join trigger_decisions d on d.trigger_id = decided.trigger_id and d.event_no = decided.event_no and d.repeat = 0
 where d.due_at is not null
on conflict (trigger_id, event_no, repeat) do update set at = excluded.at"""


async def record_decisions(
    connection: AsyncConnection,
    tenant_id: TenantId,
    first: Sequence[Decision],
    again: Sequence[Decision],
    now: datetime,
) -> None:
    """Within the caller's transaction; what is known already is left as it is."""
    for statement, decisions in ((_FIRST, first), (_AGAIN, again)):
        if decisions:
            await connection.execute(statement, {"tenant": tenant_id, "now": now} | _columns(decisions))


def _columns(decisions: Sequence[Decision]) -> dict[str, Any]:
    return {
        "campaigns": [one.rule.campaign_id for one in decisions],
        "triggers": [one.rule.trigger_id for one in decisions],
        "events": [one.event_no for one in decisions],
        "people": [one.user_id for one in decisions],
        "outcomes": [one.outcome.value for one in decisions],
        "due": [one.due_at for one in decisions],
        "until": [one.due_at and one.due_at + one.rule.frequency_window for one in decisions],
    }
