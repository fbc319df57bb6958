"""Walks over a parsed template: its nodes, the names it reads, the filters it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from liquid import Node, RenderContext
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.tags.case_tag import MultiExpressionBlockNode
from liquid.expression import Expression


def children_of(node: Node) -> list[Node]:
    """Give the nodes directly inside `node`."""
    return list(node.children(cast(RenderContext, None), include_partials=False))


def all_nodes(nodes: Iterable[Node]) -> Iterator[Node]:
    """Walk every node, outer before inner."""
    for node in nodes:
        yield node
        yield from all_nodes(children_of(node))


def expressions_of(node: Node) -> list[Expression]:
    """Give the expressions of one node (not of those inside it)."""
    found = list(node.expressions())
    if isinstance(node, MultiExpressionBlockNode) and node.expression not in found:
        found.append(node.expression)
    return found


def within(expression: Expression) -> Iterator[Expression]:
    """Walk an expression and all inside it."""
    yield expression
    for child in expression.children():
        yield from within(child)


def all_expressions(nodes: Iterable[Node]) -> Iterator[Expression]:
    """Walk every expression of a template."""
    for node in all_nodes(nodes):
        for expression in expressions_of(node):
            yield from within(expression)


def all_paths(nodes: Iterable[Node]) -> Iterator[Path]:
    """Walk every name the template reads."""
    return (found for found in all_expressions(nodes) if isinstance(found, Path))


def all_filters(nodes: Iterable[Node]) -> Iterator[Filter]:
    """Walk every use of a filter."""
    for expression in all_expressions(nodes):
        if isinstance(expression, FilteredExpression):
            yield from expression.filters or ()
