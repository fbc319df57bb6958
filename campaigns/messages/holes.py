"""Turns a parsed template into literals and holes.

A hole is a plain field (`{{ name }}`, with or without a fixed default), looked up without Liquid, or a run of Liquid
nodes. Runs of one part share a context, so `assign` and `capture` reach what comes after them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from liquid import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path, StringLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode

from campaigns.messages.liquid import ParsedTemplate, Rendering
from campaigns.messages.metering import MAX_OUTPUT_CHARS
from campaigns.messages.problems import Problem, RenderingRefused
from portal.mail.segments import Segments

Clean = Callable[[str], str]
FEW_HOLES = 10  # so few cannot grow a message much; most messages have fewer, and are not measured


@dataclass(frozen=True, slots=True)
class FieldHole:
    """A value looked up by name; `default` is finished text for those who have none."""

    name: str
    default: str


@dataclass(frozen=True, slots=True)
class LogicHole:
    """Liquid nodes rendered together; `is_html` output was escaped by Liquid itself."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class CompiledPart:
    """One compiled text: where the holes are, and how each is worked out."""

    segments: Segments
    fields: tuple[tuple[str, FieldHole], ...]
    logic: tuple[tuple[str, LogicHole], ...]
    template: ParsedTemplate
    clean: Clean
    clean_logic: Clean

    def fill(self, values: Mapping[str, str], into: dict[str, str]) -> None:
        """Work out every hole for one person. Raises RenderingRefused."""
        clean = self.clean
        for key, hole in self.fields:
            value = values.get(hole.name)
            into[key] = clean(value) if value and not value.isspace() else hole.default
        if self.logic:
            self._fill_logic(values, into)
        if len(self.segments.keys) > FEW_HOLES:
            self._require_bounded(into)

    def _require_bounded(self, filled: Mapping[str, str]) -> None:
        """A long value in many places makes a long message, though each place is short."""
        if sum(len(filled[key]) for key in self.segments.keys) > MAX_OUTPUT_CHARS:
            message = "This goes over the limits of one message: the template produces too much text."
            raise RenderingRefused(Problem("too_much", self.template.place, 0, message))

    def _fill_logic(self, values: Mapping[str, str], into: dict[str, str]) -> None:
        rendering = Rendering(self.template, values)
        for key, hole in self.logic:
            into[key] = self.clean_logic(rendering.text_of(hole.nodes))


class _PartBuilder:
    """Collects literals and holes in the order of the template."""

    def __init__(self, template: ParsedTemplate, prefix: str) -> None:
        self._template = template
        self._prefix = prefix
        self._literals = [""]
        self._keys: list[str] = []
        self._pending: list[Node] = []
        self._field_keys: dict[FieldHole, str] = {}
        self.fields: list[tuple[str, FieldHole]] = []
        self.logic: list[tuple[str, LogicHole]] = []

    def add(self, node: Node) -> None:
        if isinstance(node, ContentNode):
            self._literals[-1] += node.text
        elif isinstance(node, AssignNode | CaptureNode):
            self._pending.append(node)
        else:
            self._add_hole(node)

    def _add_hole(self, node: Node) -> None:
        field = _field_of(node, self._template.assigned)
        if field is not None:
            self._open(self._field_key(field))
            return
        key = self._next_key()
        self.logic.append((key, LogicHole((*self._pending, node))))
        self._pending.clear()
        self._open(key)

    def _field_key(self, field: FieldHole) -> str:
        if field not in self._field_keys:
            key = self._next_key()
            self._field_keys[field] = key
            self.fields.append((key, field))
        return self._field_keys[field]

    def _next_key(self) -> str:
        return f"{self._prefix}{len(self.fields) + len(self.logic)}"

    def _open(self, key: str) -> None:
        self._keys.append(key)
        self._literals.append("")

    def segments(self) -> Segments:
        return Segments(tuple(self._literals), tuple(self._keys))


def compile_part(template: ParsedTemplate, *, prefix: str, clean: Clean) -> CompiledPart:
    """Compile one text. `clean` makes a person's value fit for it (escaped, in one line); keys start with `prefix`."""
    builder = _PartBuilder(template, prefix)
    for node in template.nodes:
        builder.add(node)
    escapes_itself = template.bound.env.autoescape
    return CompiledPart(
        builder.segments(),
        _with_clean_defaults(builder.fields, _unchanged if escapes_itself else clean),
        tuple(builder.logic),
        template,
        clean,
        _unchanged if escapes_itself else clean,
    )


def _with_clean_defaults(fields: Sequence[tuple[str, FieldHole]], clean: Clean) -> tuple[tuple[str, FieldHole], ...]:
    """Finish the defaults; in HTML a writer's own text is HTML already."""
    return tuple((key, FieldHole(hole.name, clean(hole.default))) for key, hole in fields)


def _unchanged(text: str) -> str:
    return text


def _field_of(node: Node, assigned: frozenset[str]) -> FieldHole | None:
    if not isinstance(node, OutputNode) or type(node.expression) is not FilteredExpression:
        return None
    path, filters = node.expression.left, node.expression.filters or []
    if not isinstance(path, Path) or len(path.path) != 1 or path.path[0] in assigned:
        return None
    name = str(path.path[0])
    if not filters:
        return FieldHole(name, "")
    only = filters[0]
    if len(filters) > 1 or only.name != "default" or len(only.args) != 1:
        return None
    argument = only.args[0].value
    if not isinstance(argument, StringLiteral) or hasattr(only.args[0], "name"):
        return None
    return FieldHole(name, argument.value)
