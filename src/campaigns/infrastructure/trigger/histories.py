"""What triggers made of events: the decisions, and what follows from the books as they stood."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.context import Caller
from campaigns.application.trigger.history import HistoryFilter, TriggerHistoryLine, TriggerHistoryPage
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.ids import CampaignId
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.infrastructure.postgres.database import Database

_STRETCH = 1_000  # events looked at in one go
_STRETCHES = 10
_NEWEST = 2**63 - 1

_TYPES: LiteralString = """
select distinct t.event_type from trigger_books b cross join lateral jsonb_to_recordset(b.orders -> 'triggers')
       as t (event_type text) where b.campaign_id = %(campaign)s"""
# The end of the stretch, whether or not anything in it is a match.
_END: LiteralString = """
select min(event_no), count(*) from (
  select event_no from outside_events
   where event_type = any(%(types)s) and event_no <= %(from)s and (%(user)s::text is null or user_id = %(user)s)
     and (%(since)s::timestamptz is null or received_at >= %(since)s)
   order by event_no desc limit %(stretch)s) looked_at"""
_LINES: LiteralString = """
select * from (
  select e.event_no, t.trigger_id, coalesce(d.repeat, 0) as repeat, e.event_id, e.event_type, e.user_id, e.at,
         case when d.repeat > 0 then d.at else x.at end as evaluated_at,
         coalesce(d.outcome, case when b.active and t.enabled then %(condition_false)s else %(disabled)s end)
           as outcome,
         d.detail, d.due_at, d.execution_id
    from outside_events e
    join lateral (
         select x.at, x.log_position from trigger_evaluations x
          where x.tenant_id = e.tenant_id and x.event_type = e.event_type and x.last_event >= e.event_no
            and x.first_event <= e.event_no and e.event_no = any(x.event_nos) order by x.last_event limit 1) x on true
    join trigger_books b on b.campaign_id = %(campaign)s and b.since <= x.log_position
                        and (b.until is null or b.until > x.log_position)
   cross join lateral jsonb_to_recordset(b.orders -> 'triggers')
         as t (trigger_id uuid, event_type text, enabled boolean)
    left join trigger_decisions d on d.trigger_id = t.trigger_id and d.event_no = e.event_no
   where e.event_type = any(%(types)s) and e.event_no between %(to)s and %(from)s and t.event_type = e.event_type
     and (%(user)s::text is null or e.user_id = %(user)s)
     and (%(trigger)s::uuid is null or t.trigger_id = %(trigger)s)
     and (%(since)s::timestamptz is null or e.received_at >= %(since)s)
     and (%(until)s::timestamptz is null or e.received_at < %(until)s)) line
 where (%(outcome)s::smallint is null or outcome = %(outcome)s)
   and (event_no < %(from)s or (trigger_id, repeat) > (%(after_trigger)s, %(after_repeat)s))
 order by event_no desc, trigger_id, repeat limit %(limit)s"""


class _Cursor(Struct, frozen=True):
    """After this line; a smaller trigger than any is before all of the event."""

    event_no: int = _NEWEST
    trigger_id: UUID = UUID(int=0)
    repeat: int = -1

    def __str__(self) -> str:
        return f"{self.event_no}.{self.trigger_id.hex}.{self.repeat}"


class PostgresTriggerHistories:
    """`TriggerHistories` as the tenant: row-level security shows nobody else's."""

    def __init__(self, database: Database, campaigns: Campaigns) -> None:
        self._database = database
        self._campaigns = campaigns

    async def page(
        self, campaign_id: CampaignId, wanted: HistoryFilter, caller: Caller, *, limit: int, cursor: str | None
    ) -> TriggerHistoryPage:
        await self._campaigns.get(campaign_id, caller)
        async with self._database.tenant(caller.tenant_id) as connection:
            types = [row[0] for row in await _fetched(connection, _TYPES, {"campaign": campaign_id})]
            asked = _asked(campaign_id, wanted, types)
            return await _page(connection, asked, _read(cursor), limit)


async def _page(connection: AsyncConnection, asked: dict[str, Any], after: _Cursor, limit: int) -> TriggerHistoryPage:
    found: list[Any] = []
    for _ in range(_STRETCHES):
        asked |= {"from": after.event_no, "after_trigger": after.trigger_id, "after_repeat": after.repeat}
        ((end, looked_at),) = await _fetched(connection, _END, asked)
        if not looked_at:
            return _shown(found, None)
        rows = await _fetched(connection, _LINES, asked | {"to": end, "limit": limit - len(found)})
        found += rows
        if len(found) == limit:
            return _shown(found, _Cursor(*rows[-1][:3]))
        after = _Cursor(end - 1)
    return _shown(found, after)


def _shown(rows: Sequence[Any], following: _Cursor | None) -> TriggerHistoryPage:
    return TriggerHistoryPage(
        history=tuple(_line(row) for row in rows), next_cursor=None if following is None else str(following)
    )


def _line(row: Sequence[Any]) -> TriggerHistoryLine:
    _, trigger_id, _, event_id, event_type, user_id, at, evaluated_at, outcome, detail, due_at, execution_id = row
    return TriggerHistoryLine(
        event_id=event_id,
        event_type=event_type,
        user_id=user_id,
        happened_at=at,
        evaluated_at=evaluated_at,
        trigger_id=trigger_id,
        outcome=Outcome(outcome).wire_name,
        reason=detail,
        due_at=due_at,
        execution_id=execution_id,
    )


def _asked(campaign_id: CampaignId, wanted: HistoryFilter, types: list[str]) -> dict[str, Any]:
    return {
        "campaign": campaign_id,
        "types": types,
        "user": wanted.user_id,
        "trigger": wanted.trigger_id,
        "outcome": wanted.outcome and wanted.outcome.value,
        "since": wanted.since,
        "until": wanted.until,
        "stretch": _STRETCH,
        "condition_false": Outcome.CONDITION_FALSE.value,
        "disabled": Outcome.DISABLED.value,
    }


def _read(cursor: str | None) -> _Cursor:
    if cursor is None:
        return _Cursor()
    event_no, _, rest = cursor.partition(".")
    trigger_id, _, repeat = rest.partition(".")
    try:
        read = _Cursor(int(event_no), UUID(hex=trigger_id), int(repeat))
    except ValueError:
        read = None
    if read is None or not (-1 <= read.event_no <= _NEWEST and -1 <= read.repeat <= 1):
        violation = Violation("/cursor", "was not made for this list")
        raise InvalidError("The history cannot be listed like this", (violation,))
    return read


async def _fetched(connection: AsyncConnection, statement: LiteralString, asked: dict[str, Any]) -> list[Any]:
    return await (await connection.execute(statement, asked)).fetchall()
