"""A planned execution as readers need it: its number, its bounds, the names behind its numbers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct

from campaigns.application.delivery.readings import RecipientView
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.delivery.sampling import FIRST_OF_REST
from campaigns.domain.shared.skip_reasons import SkipReason

PLANNED: LiteralString = """
select execution_id, execution_no, brief, started_at, audience,
       counted.at_once, counted.rest, archived_at
  from executions e
 cross join lateral (
       select coalesce(sum(seq_to - seq_from + 1) filter (where seq_from < 1073741824), 0) as at_once,
              coalesce(sum(seq_to - seq_from + 1) filter (where seq_from >= 1073741824), 0) as rest
         from batches b where b.execution_no = e.execution_no) counted
 where campaign_id = %(campaign)s and execution_no is not null
   and (%(execution)s::uuid is null or execution_id = %(execution)s)
 order by created_at desc, execution_id desc limit 1"""


class Planned(Struct, frozen=True, kw_only=True):
    """Messages -kept_back … -1, 1 … at_once, and `rest` of a test from FIRST_OF_REST on; each of the stretches ascends,
    or descends, by user id.
    """

    execution_id: UUID
    execution_no: int
    brief: Brief
    started_at: datetime
    kept_back: int
    at_once: int
    rest: int

    def variant_name(self, index: int) -> str | None:
        return self.brief.variants[index].name if 0 <= index < len(self.brief.variants) else None

    def variant_indexes(self, named: str) -> list[int]:
        """The indexes of a variant by id or name: two where the rest of a test got it."""
        return [index for index, v in enumerate(self.brief.variants) if named in (str(v.variant_id), v.name)]

    def end_of_stretch(self, after: int) -> int:
        """The last message of the stretch that goes on after this one."""
        return self.at_once if after < self.at_once else self.last

    def begin_after(self, after: int) -> int:
        """Where reading goes on after this message: between two stretches there is nothing."""
        return max(after, FIRST_OF_REST - 1) if after >= self.at_once else after

    @property
    def last(self) -> int:
        """The last message of the plan."""
        return FIRST_OF_REST - 1 + self.rest if self.rest else self.at_once


def planned_of(row: Sequence[Any]) -> Planned:
    at_once, rest = int(row[5]), int(row[6])
    return Planned(
        execution_id=row[0],
        execution_no=row[1],
        brief=msgspec.convert(row[2], Brief),
        started_at=row[3],
        kept_back=int(row[4]) - at_once - rest,
        at_once=at_once,
        rest=rest,
    )


def recipient_of(planned: Planned, row: Sequence[Any]) -> RecipientView:
    """From `seq, user_id, variant, channel, reason, batch_no, release_at, at, detail, state` of message_state."""
    seq, user_id, variant, channel, reason, batch_no, release_at, at, detail, state = row
    told = (detail or {}).get("reason")
    used = (detail or {}).get("channel", channel)
    return RecipientView(
        user_id=user_id,
        execution_id=planned.execution_id,
        message_id=message_id(planned.execution_no, seq),
        state=state,
        variant=planned.variant_name(variant),
        channel=CHANNELS_BY_NUMBER.get(used),
        reason=SkipReason(reason).wire_name if reason else told,
        batch=batch_no,
        release_at=release_at,
        at=at,
    )
