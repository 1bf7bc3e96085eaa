"""A picture and how it is written: SVG whose text is text, or PNG.

Matplotlib takes half a second and 45 MB to load: only who draws loads it. Its settings are one for the whole process,
so one picture is drawn at a time.
"""

import io
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

INK, MUTED, GRID, PAPER = "#1c2733", "#5b6877", "#d9dee5", "#ffffff"
BLUE, ORANGE, GREEN, PURPLE, RED = "#1f6fb2", "#c05f12", "#2a8559", "#7b4fa6", "#b4363f"
GREY, ROSE = "#93a0b0", "#c98bb9"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, RED)

_VARIABLES: Mapping[str, str] = {
    INK: "--ink", MUTED: "--muted", GRID: "--grid", PAPER: "--paper",
    BLUE: "--blue", ORANGE: "--orange", GREEN: "--green", PURPLE: "--purple", RED: "--red", GREY: "--grey",
    ROSE: "--rose",
}  # fmt: skip
_SETTINGS: Mapping[Any, Any] = {
    "text.parse_math": False,  # a variant may be called "5 $ or 10 $"
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.facecolor": PAPER,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "figure.facecolor": PAPER,
    "legend.frameon": False,
}
_DOTS_PER_INCH = 144
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_drawing = threading.Lock()


class Picture(Struct, frozen=True, kw_only=True):
    """`description` says in words what the picture shows, for those who do not see it. `size` is in inches."""

    name: str
    title: str
    description: str
    size: tuple[float, float]
    draw: Callable[[Any], None]  # a matplotlib Figure: routes that are given a picture would load it for its name


def as_png(picture: Picture) -> bytes:
    words = {"Title": picture.title, "Description": picture.description}
    return _written(picture, "png", titled=True, dpi=_DOTS_PER_INCH, metadata=words)


def as_svg(picture: Picture) -> bytes:
    """A document of its own, with its title."""
    return _described(picture, _written(picture, "svg", titled=True, metadata=_NO_METADATA).decode()).encode()


def as_inline_svg(picture: Picture) -> str:
    """An element of a page, in the page's colours, whose heading is its title; its ids are its own."""
    text = _described(picture, _written(picture, "svg", titled=False, metadata=_NO_METADATA).decode())
    text = text[text.index("<svg") :]
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    return re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{picture.name}-", text)


def _written(picture: Picture, kind: str, *, titled: bool, **options: Any) -> bytes:
    from matplotlib import rc_context  # noqa: PLC0415 - see above
    from matplotlib.figure import Figure  # noqa: PLC0415

    file = io.BytesIO()
    with _drawing, rc_context({**_SETTINGS, "svg.hashsalt": picture.name}):
        figure = Figure(figsize=picture.size, layout="constrained")
        if titled:
            figure.suptitle(picture.title, x=0.01, ha="left", weight="bold", color=INK)
        picture.draw(figure)
        figure.savefig(file, format=kind, **options)
    return file.getvalue()


def _described(picture: Picture, text: str) -> str:
    """For readers of screens: an image with a name and a description."""
    words = f'<title id="title">{escape(picture.title)}</title><desc id="words">{escape(picture.description)}</desc>'
    label = quoteattr(f"{picture.title}: {picture.description}")
    named = text.replace("<svg ", f'<svg role="img" aria-label={label} ', 1)
    begin = named.index(">", named.index("<svg")) + 1
    return named[:begin] + words + named[begin:]
