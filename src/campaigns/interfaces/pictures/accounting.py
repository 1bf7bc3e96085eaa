"""Where everybody is: the parts of a whole that sum to it."""

from typing import TYPE_CHECKING

from campaigns.domain.delivery.accounting import Accounting
from campaigns.interfaces.pictures.canvas import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    RED,
    ROSE,
    Picture,
)
from campaigns.interfaces.pictures.numbers import count, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {
    "sent": BLUE, "waiting": GREY, "sending": GREEN, "holdout": PURPLE, "control": ROSE,
    "skipped": MUTED, "failed": RED, "uncertain": ORANGE, "cancelled": INK,
}  # fmt: skip


def parts_of(accounting: Accounting) -> dict[str, int]:
    """Every place a person can be in, in the order of the identity."""
    return {name: getattr(accounting, name) for name in accounting.__struct_fields__ if name != "audience"}


def delivery_accounting(accounting: Accounting) -> Picture:
    parts = {name: people for name, people in parts_of(accounting).items() if people}
    told = ", ".join(f"{name} {count(people)}" for name, people in parts.items()) or "nobody"
    return Picture(
        name="accounting",
        title="Where everybody is",
        description=f"Of {count(accounting.audience)} people: {told}.",
        size=(7.6, 0.34 * len(parts) + 1.0),
        draw=lambda figure: _draw(figure, parts, accounting.audience),
    )


def _draw(figure: "Figure", parts: dict[str, int], audience: int) -> None:
    top, below = figure.subplots(2, 1, height_ratios=(1, 0.6 * max(1, len(parts))))
    begin = 0
    for name, people in parts.items():
        top.barh(0, people, left=begin, height=1, color=_COLOURS[name], edgecolor=PAPER, linewidth=1.5)
        begin += people
    top.set_xlim(0, max(1, audience))
    for place, (name, people) in enumerate(parts.items()):
        _line(below, place, name, people, audience)
    below.set(xlim=(0, 1), ylim=(max(1, len(parts)) - 0.5, -0.5))
    top.set_axis_off()
    below.set_axis_off()


def _line(axes: "Axes", place: int, name: str, people: int, audience: int) -> None:
    axes.plot([0.008], [place], "s", color=_COLOURS[name], markersize=9)
    axes.text(0.03, place, name, va="center", color=INK)
    axes.text(0.32, place, count(people), va="center", ha="right", color=INK, weight="bold")
    axes.text(0.43, place, share(people, audience), va="center", ha="right", color=MUTED)
