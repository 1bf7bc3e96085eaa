"""Which messages a conversion is credited to, in ten-thousandths."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from msgspec import Struct

from campaigns.domain.shared.money import minor_units

WHOLE = 10_000


class AttributionModel(StrEnum):
    """How the credit is shared among the messages that touched the person."""

    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"
    LINEAR = "linear"


class Touchpoint(Struct, frozen=True):
    """A message was delivered to, or clicked by, the person who converted later.

    Who is held out (by the holdout, or by the control among the variants) gets none: `at` is then when the others'
    sending began, so that the same window is open to both.
    """

    execution_no: int
    seq: int
    at: datetime
    held_out: bool = False


class Credit(Struct, frozen=True):
    """One message's share; the shares of one conversion sum to exactly 10,000."""

    execution_no: int
    seq: int
    weight: int


class Judged(Struct, frozen=True):
    """To which messages one conversion is credited; or, of somebody held out, to the message that they did not get."""

    credits: tuple[Credit, ...] = ()
    held_out: Credit | None = None


def judged(touches: Sequence[Touchpoint], converted_at: datetime, window_days: int, model: AttributionModel) -> Judged:
    """By one window for all. A conversion of somebody held out counts once, whatever the model."""
    kept_back = [touch for touch in touches if touch.held_out]
    held_out = shares(kept_back, converted_at, window_days, AttributionModel.LAST_TOUCH)
    if held_out:
        return Judged(held_out=held_out[0])
    sent = [touch for touch in touches if not touch.held_out]
    return Judged(credits=shares(sent, converted_at, window_days, model))


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


def parts_of(amount: Decimal, currency: str, credited: Sequence[Credit]) -> list[Decimal]:
    """What of an amount each of the credits (at least one) stands for: whole minor units, the last has what is left."""
    unit = Decimal(1).scaleb(-(minor_units(currency) or 0))
    parts = [(amount * credit.weight / WHOLE).quantize(unit, ROUND_DOWN) for credit in credited[:-1]]
    return [*parts, amount - sum(parts)]
