"""Pages of recipients: the plan is walked in its order, a bounded stretch per request, however rare a match is."""

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import AsyncConnection

from campaigns.application.delivery.readings import RecipientFilter, RecipientPage
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.delivery.planned import Planned, recipient_of

_PAGE_BITS = 6
_STRETCH = 20_000
_STRETCHES = 5

COLUMNS: LiteralString = "seq, user_id, variant, channel, reason, batch_no, release_at, at, detail, state"
_PAGE: LiteralString = f"""
select {COLUMNS} from message_state
 where execution_no = %(no)s and page between %(after)s >> 6 and %(to)s >> 6 and seq > %(after)s and seq <= %(to)s
   and (%(variants)s::integer[] is null or variant = any(%(variants)s::integer[]))
   and (%(planned_reason)s::integer is null or reason = %(planned_reason)s or detail ->> 'reason' = %(reason)s)
   and (%(reason)s::text is null or %(planned_reason)s::integer is not null or detail ->> 'reason' = %(reason)s)
   and (%(state)s::text is null or state = %(state)s)
   and (%(told)s::integer[] is null or (page = any(%(pages)s::integer[]) and seq = any(%(told)s::integer[])))
 order by page, seq limit %(limit)s"""
# Everybody of whom a reason was told at any time: to look at their states alone is a hundredth of the work.
_TOLD: LiteralString = """
select distinct seq from message_facts
 where execution_no = %(no)s and seq > %(after)s and seq <= %(to)s and detail ->> 'reason' = %(reason)s"""


async def page_of(
    connection: AsyncConnection, planned: Planned, wanted: RecipientFilter, limit: int, cursor: str | None
) -> RecipientPage:
    asked = _asked(planned, wanted)
    after = _position(planned, cursor)
    rows: list[tuple[Any, ...]] = []
    for _ in range(_STRETCHES):
        after = planned.begin_after(after)
        to = min(after + _STRETCH, planned.end_of_stretch(after))
        asked |= {"after": after, "to": to, "limit": limit - len(rows)}
        if wanted.reason is not None and asked["planned_reason"] is None:
            asked |= await _told(connection, asked)
        rows += await (await connection.execute(_PAGE, asked)).fetchall()
        after = rows[-1][0] if len(rows) == limit else to
        if len(rows) == limit or to >= planned.last:
            break
    more = after < planned.last
    return RecipientPage(
        recipients=tuple(recipient_of(planned, row) for row in rows),
        next_cursor=f"{planned.execution_no}.{after}" if more else None,
    )


def _asked(planned: Planned, wanted: RecipientFilter) -> dict[str, Any]:
    variants = None
    if wanted.variant is not None:
        variants = planned.variant_indexes(wanted.variant)
        if not variants:
            raise _unknown("/variant", "is no variant of this execution")
    number = next((reason.value for reason in SkipReason if reason.wire_name == wanted.reason and reason), None)
    return {
        "no": planned.execution_no,
        "variants": variants,
        "reason": wanted.reason,
        "planned_reason": number,
        "state": wanted.state and wanted.state.value,
        "told": None,
        "pages": None,
    }


async def _told(connection: AsyncConnection, asked: Mapping[str, Any]) -> dict[str, Any]:
    rows = await (await connection.execute(_TOLD, asked)).fetchall()
    return {"told": [seq for (seq,) in rows], "pages": sorted({seq >> _PAGE_BITS for (seq,) in rows})}


def _position(planned: Planned, cursor: str | None) -> int:
    if cursor is None:
        return -planned.kept_back - 1
    number, _, seq = cursor.partition(".")
    try:
        if int(number) != planned.execution_no or not -planned.kept_back - 1 <= int(seq) <= planned.last:
            raise _unknown("/cursor", "was not made for this list")
    except ValueError as error:
        raise _unknown("/cursor", "was not made for this list") from error
    return int(seq)


def _unknown(pointer: str, message: str) -> InvalidError:
    return InvalidError("The recipients cannot be listed like this", (Violation(pointer, message),))
