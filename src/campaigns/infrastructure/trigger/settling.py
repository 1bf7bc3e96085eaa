"""What became of those who were gathered for a run: from its plan, once that is stored."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncCursor

from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.domain.trigger.outcomes import Outcome

_SUPPRESSED = [
    SkipReason.SUPPRESSED_UNSUBSCRIBED,
    SkipReason.SUPPRESSED_BOUNCED,
    SkipReason.SUPPRESSED_COMPLAINED,
    SkipReason.SUPPRESSED_MANUALLY,
    SkipReason.DELETED,
]
_WORDS = [reason.wire_name for reason in sorted(SkipReason)]

# Who is held out, or in the control, counts against the frequency limit as those do who are written to.
_SETTLE: LiteralString = """
update trigger_decisions d
   set outcome = case when m.reason = 0 then %(fired)s when m.reason = %(holdout)s then %(held_out)s
                      when m.reason = any(%(suppressing)s) then %(suppressed)s else %(skipped)s end,
       detail = case when m.reason > 0 then (%(words)s::text[])[m.reason + 1] end,
       due_at = case when m.reason in (0, %(holdout)s, %(control)s) then d.due_at end
  from messages m
 where d.execution_id = %(execution)s and m.execution_no = %(no)s and m.user_id = d.user_id"""

# A run that ended before it had a plan reached nobody: they wait for the next one.
_LET_GO: LiteralString = """
update trigger_decisions d set execution_id = null
  from executions e
 where d.execution_id = %(execution)s and e.execution_id = d.execution_id and e.execution_no is null
   and exists (select from trigger_books b where b.campaign_id = d.campaign_id and b.until is null)"""
_END: LiteralString = """
update trigger_decisions d set outcome = %(disabled)s, due_at = null
  from executions e
 where d.execution_id = %(execution)s and e.execution_id = d.execution_id and e.execution_no is null"""


async def settle(cursor: AsyncCursor[Any], execution_id: UUID, execution_no: int) -> None:
    """The run has its plan. Changes nothing where nobody was gathered for it."""
    asked = {
        "execution": execution_id,
        "no": execution_no,
        "fired": Outcome.FIRED.value,
        "held_out": Outcome.HOLDOUT.value,
        "suppressed": Outcome.SUPPRESSED.value,
        "skipped": Outcome.SKIPPED.value,
        "holdout": SkipReason.HOLDOUT.value,
        "control": SkipReason.CONTROL.value,
        "suppressing": [reason.value for reason in _SUPPRESSED],
        "words": _WORDS,
    }
    await cursor.execute(_SETTLE, asked)


async def let_go(cursor: AsyncCursor[Any], execution_id: UUID) -> None:
    """The run ended. Whoever was gathered for it waits again, or ends with their campaign."""
    asked = {"execution": execution_id, "disabled": Outcome.DISABLED.value}
    await cursor.execute(_LET_GO, asked)
    await cursor.execute(_END, asked)
