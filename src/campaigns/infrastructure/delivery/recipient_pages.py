"""Pages of recipients: the plan is walked in its order, a bounded stretch per request, however rare a match is."""

from typing import Any, LiteralString

from psycopg import AsyncConnection

from campaigns.application.delivery.readings import RecipientFilter, RecipientPage
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.delivery.planned import Planned, recipient_of

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
 order by page, seq limit %(limit)s"""


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
    }


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
