"""From everybody chosen to those who did what the campaign is for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from campaigns.interfaces.pictures.canvas import BLUE, INK, MUTED, Picture
from campaigns.interfaces.pictures.numbers import count, share

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Step(Struct, frozen=True):
    """People who came this far; `base` is the place of the step they are a share of."""

    label: str
    people: int
    base: int | None = None


def funnel(steps: Sequence[Step]) -> Picture:
    told = [f"{step.label} {count(step.people)}{_bracketed(_of(steps, step))}" for step in steps]
    return Picture(
        name="funnel",
        title="From the audience to conversions",
        description="; ".join(told) + ".",
        size=(7.6, 0.46 * len(steps) + 0.3),
        draw=lambda figure: _draw(figure, steps),
    )


def _draw(figure: "Figure", steps: Sequence[Step]) -> None:
    axes = figure.subplots()
    most = max((step.people for step in steps), default=0) or 1
    places = range(len(steps))
    axes.barh(places, [step.people for step in steps], height=0.62, color=BLUE)
    for place, step in zip(places, steps, strict=True):
        axes.text(step.people + most * 0.012, place, count(step.people), va="center", color=INK, weight="bold")
        axes.text(
            1.0,
            place,
            _of(steps, step),
            va="center",
            ha="right",
            color=MUTED,
            transform=axes.get_yaxis_transform(),
        )
    axes.set_yticks(places, [step.label for step in steps], color=INK)
    axes.set_xlim(0, most * 1.55)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.xaxis.set_visible(False)
    for side in axes.spines.values():
        side.set_visible(False)


def _of(steps: Sequence[Step], step: Step) -> str:
    if step.base is None:
        return ""
    base = steps[step.base]
    return f"{share(step.people, base.people)} of {base.label.lower()}"


def _bracketed(words: str) -> str:
    return f" ({words})" if words else ""
