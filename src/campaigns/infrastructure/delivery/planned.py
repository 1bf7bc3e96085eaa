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
from campaigns.domain.shared.skip_reasons import SkipReason

PLANNED: LiteralString = """
select execution_id, execution_no, brief, started_at, audience,
       audience - coalesce((select sum(seq_to - seq_from + 1) from batches b where b.execution_no = e.execution_no), 0),
       archived_at
  from executions e
 where campaign_id = %(campaign)s and execution_no is not null
   and (%(execution)s::uuid is null or execution_id = %(execution)s)
 order by created_at desc, execution_id desc limit 1"""


class Planned(Struct, frozen=True, kw_only=True):
    """Messages -kept_back … -1 and 1 … to_send; each of the two stretches ascends, or descends, by user id."""

    execution_id: UUID
    execution_no: int
    brief: Brief
    started_at: datetime
    kept_back: int
    to_send: int

    def variant_name(self, index: int) -> str | None:
        return self.brief.variants[index].name if 0 <= index < len(self.brief.variants) else None

    def variant_index(self, named: str) -> int | None:
        """The index of a variant by id or name."""
        pairs = enumerate(self.brief.variants)
        return next((index for index, v in pairs if named in (str(v.variant_id), v.name)), None)


def planned_of(row: Sequence[Any]) -> Planned:
    kept_back = int(row[5])
    return Planned(
        execution_id=row[0],
        execution_no=row[1],
        brief=msgspec.convert(row[2], Brief),
        started_at=row[3],
        kept_back=kept_back,
        to_send=int(row[4]) - kept_back,
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
