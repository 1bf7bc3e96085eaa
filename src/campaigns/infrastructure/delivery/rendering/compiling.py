"""A Liquid syntax tree as one Python function: p person, m missing names, l links, s seq, o the parts of the text.

Covered: text, outputs with any filter, `if`, `unless`, `for`, `break`, `continue`, `comment`. Everything else raises
NotCompiledError, and python-liquid renders the template (see `texts.py`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode, ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.template import BoundTemplate
from markupsafe import escape

from campaigns.application.delivery.tracking import MessageLinks
from campaigns.infrastructure.delivery.rendering import values
from campaigns.infrastructure.delivery.rendering.expressions import Names, NotCompiledError, filtered, source_of
from campaigns.infrastructure.delivery.rendering.language import OUTPUT_LIMIT
from campaigns.infrastructure.delivery.rendering.slots import Slots, link

Rendered = Callable[[Mapping[str, Any], set[str], MessageLinks | None, int], str]

_RUNTIME = {
    name: getattr(values, name)
    for name in ("ABSENT text html needed path truthy equal less at_most contains span loop weigh finished".split())
} | {"escape": escape, "link": link}


def compiled(template: BoundTemplate, slots: Slots) -> Rendered:
    """The template as a function. Raises NotCompiledError for what is left to python-liquid."""
    writing = _Writing(Names(template.env), slots)
    writing.line("def render(p, m, l, s):")
    writing.indent += 1
    writing.line("o = []; add = o.append")
    for node in template.nodes:
        writing.node(node, mute=False)
    writing.flush()
    writing.line("return finished(o)")
    namespace: dict[str, Any] = {**_RUNTIME, **writing.names.constants}
    exec(compile("\n".join(writing.lines), "<template>", "exec"), namespace)  # noqa: S102 - only our own source
    return namespace["render"]  # type: ignore[no-any-return]


class _Writing:
    """Source under construction; static text waits in `pending` so that neighbours become one literal."""

    def __init__(self, names: Names, slots: Slots) -> None:
        self.names, self.slots = names, slots
        self.lines: list[str] = []
        self.pending = ""
        self.indent = 0

    def line(self, source: str) -> None:
        self.lines.append("    " * self.indent + source)

    def flush(self) -> None:
        pending, self.pending = self.pending, ""
        for piece in self.slots.pieces(pending):
            self.line(f"add(link(l, s, {piece}))" if isinstance(piece, int) else f"add({piece!r})")

    def node(self, node: Node, *, mute: bool) -> None:
        match node:
            case ContentNode():
                self.pending += "" if mute else node.text
            case OutputNode():
                self.flush()
                self._output(node)
            case IfNode() | UnlessNode():
                self.flush()
                self._choice(node)
            case ForNode():
                self.flush()
                self._loop(node)
            case BreakNode() | ContinueNode() if self.names.loops:
                self.flush()
                self.line("break" if isinstance(node, BreakNode) else "continue")
            case CommentNode():
                pass
            case _:
                raise NotCompiledError

    def block(self, block: BlockNode) -> None:
        self.indent += 1
        before = len(self.lines)
        for node in block.nodes:
            self.node(node, mute=block.blank)
        self.flush()
        if len(self.lines) == before:
            self.line("pass")
        self.indent -= 1

    def _output(self, node: OutputNode) -> None:
        html = self.names.env.autoescape
        source, name, is_filtered = filtered(node.expression, self.names)
        self.line(f"v = {source}")
        fast, slow = ("escape(v)", "html") if html else ("v", "text")
        known = "" if is_filtered else name
        self.line(f"add({fast} if v.__class__ is str else {slow}(v, {known!r}, m))")

    def _choice(self, node: IfNode | UnlessNode) -> None:
        negation = "not " if isinstance(node, UnlessNode) else ""
        self.line(f"if {negation}truthy({source_of(node.condition, self.names)}):")
        self.block(node.consequence)
        for alternative in node.alternatives:
            self.line(f"elif truthy({source_of(alternative.expression, self.names)}):")
            self.block(alternative.block)
        if node.default:
            self.line("else:")
            self.block(node.default)

    def _loop(self, node: ForNode) -> None:
        over = node.expression
        if over.limit is not None or over.offset is not None or over.cols is not None:
            raise NotCompiledError
        depth = len(self.names.loops) + 1
        outer = " * ".join(f"n{d}" for d in range(1, depth)) or "1"
        self.line(f"r{depth}, n{depth} = loop({source_of(over.iterable, self.names)}, {outer})")
        self.line(f"if n{depth}:")
        self.indent += 1
        items = f"reversed(r{depth})" if over.reversed else f"r{depth}"
        if depth == 1:
            self.line(f"room = {OUTPUT_LIMIT}; w = len(o)")
        self.line(f"for i{depth}, x{depth} in enumerate({items}):")
        self.names.loops.append((str(over.identifier), depth))
        self.indent += 1
        self.line("room = weigh(o, w, room); w = len(o)")
        self.indent -= 1
        self.block(node.block)
        self.names.loops.pop()
        self.indent -= 1
        if node.default:
            self.line("else:")
            self.block(node.default)
