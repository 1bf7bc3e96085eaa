"""What happened hour by hour."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from campaigns.interfaces.pictures.canvas import INK, MUTED, SERIES, Picture
from campaigns.interfaces.pictures.numbers import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STEPS = (1, 2, 3, 6, 12, 24, 48, 168, 336, 720)
"""Hours between two ticks."""
_MOST_TICKS = 9


def time_series(hours: Sequence[datetime], lines: Mapping[str, Sequence[int]], zone: str) -> Picture:
    """`lines` by name, a count for each of the `hours`, which are in the wall clock of `zone`."""
    told = [
        f"{name}: {count(sum(values))} in all, most in one hour {count(max(values, default=0))}"
        for name, values in lines.items()
    ]
    span = f" from {hours[0]:%d %b %Y %H:%M} to {hours[-1]:%d %b %Y %H:%M} ({zone})" if hours else ""
    return Picture(
        name="series",
        title="Hour by hour",
        description=f"Counts for each hour{span}. " + "; ".join(told) + ".",
        size=(7.6, 1.35 * max(1, len(lines)) + 0.4),
        draw=lambda figure: _draw(figure, hours, lines, zone),
    )


def _draw(figure: "Figure", hours: Sequence[datetime], lines: Mapping[str, Sequence[int]], zone: str) -> None:
    every = figure.subplots(len(lines), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, values), colour in zip(every, lines.items(), SERIES * len(lines), strict=False):
        _panel(axes, hours, values, colour)
        axes.set_title(name, loc="left", fontsize=10, color=INK, weight="bold", pad=4)
    _clock(every[-1], hours, zone)


def _panel(axes: "Axes", hours: Sequence[datetime], values: Sequence[int], colour: str) -> None:
    # A panel for each measure: opens by the thousand would flatten conversions on a common scale.
    naive = [hour.replace(tzinfo=None) for hour in hours]
    width = 0.8 / 24
    axes.bar(naive, values, width=width, align="edge", color=colour)  # type: ignore[arg-type]  # dates are fine
    axes.grid(visible=True, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=0)
    axes.locator_params(axis="y", nbins=3, integer=True)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylim(0, max(1, *values) * 1.08 if values else 1)


def _clock(axes: "Axes", hours: Sequence[datetime], zone: str) -> None:
    step = next((step for step in _STEPS if len(hours) <= step * _MOST_TICKS), _STEPS[-1])
    # From midnight on, so that ticks are where a clock would have them.
    shown = [hour.replace(tzinfo=None) for hour in hours if (hour.toordinal() * 24 + hour.hour) % step == 0]
    days = step % 24 == 0
    axes.set_xticks(shown, [f"{hour:%d %b}" if days else f"{hour:%H:%M}\n{hour:%d %b}" for hour in shown])  # type: ignore[arg-type]
    axes.set_xlabel(f"Hour, {zone}", color=MUTED, loc="left")
