"""Which messages a conversion is credited to, in ten-thousandths."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

WHOLE = 10_000


class AttributionModel(StrEnum):
    """How the credit is shared among the messages that touched the person."""

    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"
    LINEAR = "linear"


class Touchpoint(Struct, frozen=True):
    """A message was delivered to, or clicked by, the person who converted later."""

    execution_no: int
    seq: int
    at: datetime


class Credit(Struct, frozen=True):
    """One message's share; the shares of one conversion sum to exactly 10,000."""

    execution_no: int
    seq: int
    weight: int


def shares(
    touches: Sequence[Touchpoint], converted_at: datetime, window_days: int, model: AttributionModel
) -> tuple[Credit, ...]:
    """Share one conversion among the touches within the window before it; none when nothing touched the person.

    A message counts once, at its first touch for first_touch and linear and at its last for last_touch. Equal instants
    are settled by (execution_no, seq), so that the answer never depends on the order of reading.
    """
    opened = converted_at - timedelta(days=window_days)
    inside = sorted((t for t in touches if opened <= t.at <= converted_at), key=lambda t: (t.at, t.execution_no, t.seq))
    if not inside:
        return ()
    match model:
        case AttributionModel.FIRST_TOUCH:
            return (Credit(inside[0].execution_no, inside[0].seq, WHOLE),)
        case AttributionModel.LAST_TOUCH:
            return (Credit(inside[-1].execution_no, inside[-1].seq, WHOLE),)
        case _:
            return _shared(inside)


def _shared(touches: Sequence[Touchpoint]) -> tuple[Credit, ...]:
    messages = list(dict.fromkeys((t.execution_no, t.seq) for t in touches))
    share = WHOLE // len(messages)
    weights = [share] * (len(messages) - 1) + [WHOLE - share * (len(messages) - 1)]
    return tuple(
        Credit(execution_no, seq, weight) for (execution_no, seq), weight in zip(messages, weights, strict=True)
    )
