"""The dialect of Liquid that content is written in: python-liquid under limits, without loaders and without `safe`."""

from collections.abc import Callable
from typing import Any

from liquid import Environment
from liquid.undefined import FalsyStrictUndefined, Undefined

LOOP_LIMIT = 10_000  # iterations, multiplied over nested loops
OUTPUT_LIMIT = 1_000_000  # bytes of one rendered text
SOURCE_LIMIT = 400_000  # characters of one template

FORBIDDEN_FILTERS = ("safe", "escapejs")  # `safe` would let a person's data become markup
FORBIDDEN_TAGS = ("include", "render")  # there is nothing to load from


class Dialect(Environment):
    """python-liquid with every limit set; they are all off by default."""

    loop_iteration_limit = LOOP_LIMIT
    output_stream_limit = OUTPUT_LIMIT
    local_namespace_limit = 200_000
    context_depth_limit = 20
    block_nesting_limit = 20


class RecordedUndefined(Undefined):
    """A variable that a person does not have: empty in the text, and remembered by name."""

    __slots__ = ("_seen",)

    def __init__(self, seen: set[str], name: str, **about: Any) -> None:
        super().__init__(name, **about)
        self._seen = seen

    def __str__(self) -> str:
        self._seen.add((self.hint or self.name).removesuffix(" is undefined").strip("'"))
        return ""


def lenient(*, html: bool, seen: set[str]) -> Dialect:
    """The dialect of sending: missing data is empty text, and its name lands in `seen`."""

    def undefined(name: str, **about: Any) -> Undefined:
        return RecordedUndefined(seen, name, **about)

    return _dialect(undefined, html=html)


def strict(*, html: bool) -> Dialect:
    """The dialect of preview: using a missing variable is an error; testing it, or giving it a default, is not."""
    return _dialect(FalsyStrictUndefined, html=html)


def _dialect(undefined: Callable[..., Undefined], *, html: bool) -> Dialect:
    dialect = Dialect(autoescape=html, undefined=undefined)  # type: ignore[arg-type]
    for name in FORBIDDEN_FILTERS:
        del dialect.filters[name]
    for name in FORBIDDEN_TAGS:
        del dialect.tags[name]
    return dialect
