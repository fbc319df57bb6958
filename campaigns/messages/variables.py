"""Which values of a person a message uses, where, and which of them it cannot do without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from liquid import ConditionalBlockNode, Node
from liquid.builtin.expressions import FilteredExpression, LoopExpression, Path
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression

from campaigns.messages.expansion import Expanded, expand_source
from campaigns.messages.expressions import children_of, expressions_of, within
from campaigns.messages.liquid import HTML, PLAIN, ParsedTemplate
from campaigns.messages.problems import BODY, LAYOUT, PREHEADER, SUBJECT, TEXT_BODY, column_of, line_of
from campaigns.messages.source import MessageSource

UNSUBSCRIBE_URL = "unsubscribe_url"

_TESTS = (IfNode, UnlessNode, CaseNode, ConditionalBlockNode, MultiExpressionBlockNode)


@dataclass(frozen=True, slots=True)
class VariableUse:
    """One place where a message uses a value.

    `has_default` is true where somebody without a value is provided for: by a default, or because the place tests the
    value or stands in a block that does.
    """

    name: str
    place: str
    line: int
    has_default: bool
    column: int = field(default=0, compare=False)  # counts from 1, for the editor


def variables_of_message(source: MessageSource) -> tuple[VariableUse, ...]:
    """List every use, in the order subject, preheader, body, text, layout. Raises TemplateInvalid."""
    expanded = expand_source(source)
    texts = (
        (PLAIN, expanded.source.subject, SUBJECT),
        (PLAIN, expanded.source.preheader, PREHEADER),
        (HTML, expanded.source.body, BODY),
        (PLAIN, expanded.source.text_body, TEXT_BODY),
    )
    uses = [
        _as_typed(use, expanded.texts[place])
        for liquid, text, place in texts
        for use in variables_of(liquid.parse(text, place=place))
    ]
    if source.kind == "markdown" and source.layout.unsubscribe_label:
        uses.append(VariableUse(UNSUBSCRIBE_URL, LAYOUT, 0, has_default=False))
    return tuple(uses)


def _as_typed(use: VariableUse, text: Expanded) -> VariableUse:
    if len(text.chunks) == 1:
        return use
    place, line, column = text.located(use.line, use.column)
    return replace(use, place=place, line=line, column=column)


def variables_of(template: ParsedTemplate) -> list[VariableUse]:
    """List the uses of one parsed text, in its order."""
    found = _uses(template.nodes, _Scope(tested=frozenset(), own=template.assigned))
    return [
        VariableUse(
            path_name, template.place, line_of(template.source, index), has_default, column_of(template.source, index)
        )
        for path_name, index, has_default in found
    ]


def all_names(uses: Iterable[VariableUse]) -> frozenset[str]:
    """Give every name used."""
    return frozenset(use.name for use in uses)


def required_names(uses: Iterable[VariableUse]) -> frozenset[str]:
    """Give the names that at least one place uses without a default."""
    return frozenset(use.name for use in uses if not use.has_default)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Names tested by the blocks around, and names that the template sets itself."""

    tested: frozenset[str]
    own: frozenset[str]


_Found = tuple[str, int, bool]


def _uses(nodes: Iterable[Node], scope: _Scope) -> Iterator[_Found]:
    for node in nodes:
        is_test = isinstance(node, _TESTS)
        for expression in expressions_of(node):
            yield from _uses_in(expression, scope, is_provided=is_test)
        tested = _names_in(expressions_of(node)) if is_test else frozenset()
        own = frozenset(str(name) for name in node.block_scope())
        yield from _uses(children_of(node), _Scope(scope.tested | tested, scope.own | own))


def _uses_in(expression: Expression, scope: _Scope, *, is_provided: bool) -> Iterator[_Found]:
    if isinstance(expression, Path):
        name = str(expression.path[0])
        if name not in scope.own:
            yield name, expression.token.start_index, is_provided or name in scope.tested
        return
    if isinstance(expression, FilteredExpression):
        filters = expression.filters or []
        has_default = any(used.name == "default" for used in filters)
        yield from _uses_in(expression.left, scope, is_provided=is_provided or has_default)
        arguments = (argument for used in filters for argument in used.children())
        for argument in arguments:
            yield from _uses_in(argument, scope, is_provided=is_provided)
        return
    for child in expression.children():
        is_loop = isinstance(expression, LoopExpression)
        yield from _uses_in(child, scope, is_provided=is_provided or is_loop)


def _names_in(expressions: Iterable[Expression]) -> frozenset[str]:
    return frozenset(
        str(found.path[0]) for expression in expressions for found in within(expression) if isinstance(found, Path)
    )
