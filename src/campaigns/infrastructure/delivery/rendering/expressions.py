"""Liquid expressions as Python source. Data never becomes source: a literal is a `repr` or a named constant."""

from functools import partial
from typing import Any

from liquid import Environment
from liquid.builtin.expressions import logical, primitive
from liquid.builtin.expressions.arguments import KeywordArgument
from liquid.builtin.expressions.filtered import Filter, FilteredExpression
from liquid.builtin.expressions.path import Path
from liquid.expression import Expression
from markupsafe import Markup

from campaigns.infrastructure.delivery.rendering.slots import PRESET

_LEFT_TO_LIQUID = frozenset({"now", "today", "partial"}) | PRESET
_LOOP_FACTS = {
    "index": "({i} + 1)",
    "index0": "{i}",
    "rindex": "({n} - {i})",
    "rindex0": "({n} - {i} - 1)",
    "first": "({i} == 0)",
    "last": "({i} == {n} - 1)",
    "length": "{n}",
}
_COMPARISONS: dict[type, str] = {
    logical.EqExpression: "equal({0}, {1})",
    logical.NeExpression: "(not equal({0}, {1}))",
    logical.LtExpression: "less({0}, {1})",
    logical.GtExpression: "less({1}, {0})",
    logical.LeExpression: "at_most({0}, {1})",
    logical.GeExpression: "at_most({1}, {0})",
    logical.ContainsExpression: "contains({0}, {1})",
    logical.LogicalAndExpression: "(truthy({0}) and truthy({1}))",
    logical.LogicalOrExpression: "(truthy({0}) or truthy({1}))",
}


class NotCompiledError(Exception):
    """A construct that is left to python-liquid."""


class Names:
    """The constants and the loop variables that generated source refers to."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.constants: dict[str, Any] = {}
        self.loops: list[tuple[str, int]] = []  # (variable, depth), innermost last

    def constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name


def source_of(expression: Expression, names: Names) -> str:
    """One expression as Python source that gives its value."""
    match expression:
        case logical.BooleanExpression():
            return source_of(expression.expression, names)
        case Path():
            return _path(expression, names)
        case primitive.RangeLiteral():
            return f"span({source_of(expression.start, names)}, {source_of(expression.stop, names)})"
        case primitive.Nil() | primitive.Literal() | primitive.Empty() | primitive.Blank():
            return names.constant(_literal(expression, names))
    return _comparison(expression, names)


def _literal(expression: Expression, names: Names) -> object:
    match expression:
        case primitive.StringLiteral() if names.env.autoescape:
            return Markup(expression.value)  # noqa: S704 - the author's own text, as python-liquid has it
        case primitive.Literal():
            return expression.value
        case primitive.Nil():
            return None
    return expression


def filtered(expression: Expression, names: Names) -> tuple[str, str, bool]:
    """An output's value as source, the name it needs, and whether a filter has been applied to it."""
    if not isinstance(expression, FilteredExpression):
        raise NotCompiledError
    name = str(expression.left) if isinstance(expression.left, Path) else ""
    source, filters = source_of(expression.left, names), expression.filters or []
    if filters and name and not any(applied.name == "default" for applied in filters):
        source = f"needed({source}, {name!r}, m)"
    for applied in filters:
        source = _filter(applied, source, names)
    return source, name, bool(filters)


def _comparison(expression: Any, names: Names) -> str:
    shape = _COMPARISONS.get(type(expression))
    if shape is None:
        raise NotCompiledError
    return shape.format(source_of(expression.left, names), source_of(expression.right, names))


def _path(expression: Path, names: Names) -> str:
    root, *segments = expression.path
    if not isinstance(root, str) or any(isinstance(segment, Path) for segment in segments):
        raise NotCompiledError
    if root == "forloop" and names.loops:
        return _loop_fact(segments, names)
    found = _root(root, names)
    return f"path({found}, {', '.join(map(repr, segments))})" if segments else found


def _root(root: str, names: Names) -> str:
    for variable, depth in reversed(names.loops):
        if variable == root:
            return f"x{depth}"
    if root in _LEFT_TO_LIQUID:
        raise NotCompiledError
    return f"p.get({root!r}, ABSENT)"


def _loop_fact(segments: list[Any], names: Names) -> str:
    if len(segments) != 1 or segments[0] not in _LOOP_FACTS:
        raise NotCompiledError
    _, depth = names.loops[-1]
    return _LOOP_FACTS[segments[0]].format(i=f"i{depth}", n=f"n{depth}")


def _filter(applied: Filter, value: str, names: Names) -> str:
    function: Any = names.env.filters.get(applied.name)
    if function is None or getattr(function, "with_context", False):
        raise NotCompiledError
    if getattr(function, "with_environment", False):
        function = partial(function, environment=names.env)
    arguments = [
        f"{argument.name}={source_of(argument.value, names)}"
        if isinstance(argument, KeywordArgument)
        else source_of(argument.value, names)
        for argument in applied.args
    ]
    return f"{names.constant(function)}({', '.join([value, *arguments])})"
