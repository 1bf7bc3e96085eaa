"""A forecast beside what was really planned: what differs, figure by figure."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from campaigns.domain.delivery.forecast import Counted

Figure = int | Decimal


class Difference(Struct, frozen=True, kw_only=True):
    """One figure that differs. `of`: audience, reason, variant, channel, hour (after the start), cost."""

    of: str
    name: str
    planned: Figure
    real: Figure


def differences(planned: Counted, real: Counted) -> tuple[Difference, ...]:
    """Nothing when they are the same."""
    before, after = dict(_figures(planned)), dict(_figures(real))
    return tuple(
        Difference(of=of, name=name, planned=before.get((of, name), 0), real=after.get((of, name), 0))
        for of, name in sorted(before.keys() | after.keys())
        if before.get((of, name), 0) != after.get((of, name), 0)
    )


def _figures(counts: Counted) -> Iterator[tuple[tuple[str, str], Figure]]:
    for name in ("audience", "holdout", "control", "skipped", "to_send"):
        yield ("audience", name), getattr(counts, name)
    for reason, people in counts.reasons.items():
        yield ("reason", reason), people
    for variant in counts.variants:
        yield ("variant", variant.variant), variant.people
        yield ("variant", f"{variant.variant} messages"), variant.messages
    for channel in counts.channels:
        yield ("channel", channel.channel), channel.messages
        yield ("cost", channel.channel), channel.cost
    for hour in counts.hours:
        yield ("hour", str(hour.hour)), hour.messages
    yield ("cost", "total"), counts.cost
