"""Figures with their intervals, one below the other."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from campaigns.interfaces.pictures.canvas import BLUE, GREY, INK, MUTED, Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Row(Struct, frozen=True, kw_only=True):
    """One figure; `note` stands beside it. A limit of None leaves the picture."""

    label: str
    value: float
    low: float | None
    high: float | None
    note: str = ""
    stands_out: bool = False


def intervals(
    rows: Sequence[Row], *, name: str, title: str, axis: str, written: Callable[[float], str], zero: bool = False
) -> Picture:
    """`written` turns a figure into words. With `zero` a line marks where there is no difference."""
    told = [f"{row.label}: {_told(row, written)}" for row in rows]
    return Picture(
        name=name,
        title=title,
        description="; ".join(told) + ".",
        size=(7.6, 0.56 * len(rows) + 0.75),
        draw=lambda figure: _draw(figure, rows, axis, written, zero=zero),
    )


def _told(row: Row, written: Callable[[float], str]) -> str:
    low = "no limit" if row.low is None else written(row.low)
    high = "no limit" if row.high is None else written(row.high)
    return f"{written(row.value)} ({low} to {high})" + (f", {row.note}" if row.note else "")


def _draw(figure: "Figure", rows: Sequence[Row], axis: str, written: Callable[[float], str], *, zero: bool) -> None:
    axes = figure.subplots()
    low, high = _span(rows, zero=zero)
    for place, row in enumerate(rows):
        colour = BLUE if row.stands_out or not any(each.stands_out for each in rows) else GREY
        ends = (low if row.low is None else row.low, high if row.high is None else row.high)
        axes.plot(ends, (place, place), color=colour, linewidth=5, solid_capstyle="round", alpha=0.45)
        axes.plot([row.value], [place], "o", color=colour, markersize=9)
        axes.text(row.value, place - 0.3, written(row.value), ha="center", color=INK, weight="bold", fontsize=9.5)
        axes.text(1.02, place, row.note, va="center", color=MUTED, transform=axes.get_yaxis_transform())
    if zero:
        axes.axvline(0, color=INK, linewidth=1)
    axes.set_xlim(low, high)
    _frame(axes, rows, axis, written)


def _frame(axes: "Axes", rows: Sequence[Row], axis: str, written: Callable[[float], str]) -> None:
    axes.set_yticks(range(len(rows)), [row.label for row in rows], color=INK)
    axes.set_ylim(len(rows) - 0.5, -0.7)
    axes.grid(visible=True, axis="x")
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: written(value))
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel(axis, color=MUTED, loc="left")


def _span(rows: Sequence[Row], *, zero: bool) -> tuple[float, float]:
    """All that is known, with some air; a figure without limits does not stretch it."""
    seen = [end for row in rows for end in (row.low, row.value, row.high) if end is not None] + ([0.0] if zero else [])
    low, high = min(seen), max(seen)
    air = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
    return low - air, high + air
