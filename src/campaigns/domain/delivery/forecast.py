"""What a plan comes to, counted: by reason, variant, channel and hour. A dry run and a real plan are counted alike."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.delivery.spending import Prices
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.skip_reasons import SkipReason

Key = TypeVar("Key", int, str, ChannelType)

HOUR = timedelta(hours=1)
MOST_HOURS = 1_000


class Cell(Struct, frozen=True):
    """So many people of one variant, channel and reason, by their numbers; -1 is none."""

    variant: int
    channel: int
    reason: int
    people: int


class Released(Struct, frozen=True):
    """So many messages that are not released before an instant."""

    at: datetime
    messages: int


class VariantCount(Struct, frozen=True, kw_only=True):
    variant: str
    people: int
    messages: int


class ChannelCount(Struct, frozen=True, kw_only=True):
    channel: ChannelType
    messages: int
    cost: Decimal


class HourCount(Struct, frozen=True, kw_only=True):
    """Messages released in the hour that begins so many hours after the start; the last one shown holds all later."""

    hour: int
    begins: datetime
    messages: int


class Counted(Struct, frozen=True, kw_only=True):
    """audience = holdout + control + skipped + to_send."""

    audience: int
    holdout: int
    control: int
    skipped: int
    to_send: int
    reasons: Mapping[str, int]
    variants: tuple[VariantCount, ...]
    channels: tuple[ChannelCount, ...]
    hours: tuple[HourCount, ...]
    finishes_at: datetime | None
    cost: Decimal


def counted(cells: Sequence[Cell], released: Iterable[Released], brief: Brief, prices: Prices) -> Counted:
    reasons = _summed((SkipReason(cell.reason).wire_name, cell.people) for cell in cells if cell.reason)
    messages = _summed((CHANNELS_BY_NUMBER[cell.channel], cell.people) for cell in cells if not cell.reason)
    audience, to_send = sum(cell.people for cell in cells), sum(messages.values())
    holdout, control = reasons.get("holdout", 0), reasons.get("control", 0)
    releases = list(released)
    return Counted(
        audience=audience,
        holdout=holdout,
        control=control,
        skipped=audience - to_send - holdout - control,
        to_send=to_send,
        reasons=reasons,
        variants=_variants(cells, brief),
        channels=tuple(
            ChannelCount(channel=channel, messages=count, cost=prices.of(channel) * count)
            for channel, count in messages.items()
        ),
        hours=hours_of(releases, brief.starts_at),
        finishes_at=max((one.at for one in releases), default=None),
        cost=prices.total(messages),
    )


def hours_of(released: Iterable[Released], starts_at: datetime) -> tuple[HourCount, ...]:
    found = _summed((min(MOST_HOURS - 1, (one.at - starts_at) // HOUR), one.messages) for one in released)
    return tuple(
        HourCount(hour=hour, begins=starts_at + hour * HOUR, messages=messages) for hour, messages in found.items()
    )


def _variants(cells: Sequence[Cell], brief: Brief) -> tuple[VariantCount, ...]:
    people = _summed((cell.variant, cell.people) for cell in cells if cell.variant >= 0)
    messages = _summed((cell.variant, cell.people) for cell in cells if cell.variant >= 0 and not cell.reason)
    return tuple(
        VariantCount(variant=brief.variants[index].name, people=count, messages=messages.get(index, 0))
        for index, count in people.items()
    )


def _summed(pairs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    found: Counter[Key] = Counter()
    for key, people in pairs:
        found[key] += people
    return dict(sorted(found.items()))
