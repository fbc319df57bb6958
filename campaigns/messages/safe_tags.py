"""python-liquid's block tags, with our comparisons and with every round of a loop counted."""

from __future__ import annotations

from typing import TextIO, cast

from liquid import BlockNode, Environment, Node, RenderContext, TokenStream
from liquid.builtin.expressions import BooleanExpression
from liquid.builtin.tags.assign_tag import AssignTag
from liquid.builtin.tags.capture_tag import CaptureTag
from liquid.builtin.tags.case_tag import CaseNode, CaseTag, MultiExpressionBlockNode
from liquid.builtin.tags.for_tag import BreakTag, ContinueTag, ForNode, ForTag
from liquid.builtin.tags.if_tag import IfNode, IfTag
from liquid.builtin.tags.unless_tag import UnlessNode, UnlessTag
from liquid.expression import Expression
from liquid.tag import Tag

from campaigns.messages.conditions import is_equal, soften
from campaigns.messages.metering import MeteredContext

ROUND_STEPS = 3


class _CountedBlock(BlockNode):
    """The body of a loop: each round costs as many steps as it has nodes."""

    __slots__ = ("weight",)

    def __init__(self, block: BlockNode) -> None:
        super().__init__(block.token, block.nodes)
        self.blank = block.blank
        self.weight = ROUND_STEPS + _node_count(block)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        cast(MeteredContext, context).meter.take_steps(self.weight)
        return super().render_to_output(context, buffer)


def _node_count(node: Node) -> int:
    children = list(node.children(cast(RenderContext, None)))
    return len(children) + sum(_node_count(child) for child in children)


class _BoundedIterable(Expression):
    """What a loop goes over: refused when too long, before `reversed` makes a list of it."""

    __slots__ = ("inner",)

    def __init__(self, inner: Expression) -> None:
        super().__init__(inner.token)
        self.inner = inner

    def __str__(self) -> str:
        return str(self.inner)

    def evaluate(self, context: RenderContext) -> object:
        value = self.inner.evaluate(context)
        cast(MeteredContext, context).meter.check_value(value)
        return value

    def children(self) -> list[Expression]:
        return [self.inner]


class _SafeForTag(ForTag):
    def parse(self, stream: TokenStream) -> Node:
        node = cast(ForNode, super().parse(stream))
        node.block = _CountedBlock(node.block)
        node.expression.iterable = _BoundedIterable(node.expression.iterable)
        return node


class _SafeIfTag(IfTag):
    def parse(self, stream: TokenStream) -> Node:
        node = cast(IfNode, super().parse(stream))
        _soften_all(node)
        return node


class _SafeUnlessTag(UnlessTag):
    def parse(self, stream: TokenStream) -> Node:
        node = cast(UnlessNode, super().parse(stream))
        _soften_all(node)
        return node


def _soften_all(node: IfNode | UnlessNode) -> None:
    soften(cast(BooleanExpression, node.condition))
    for alternative in node.alternatives:
        soften(cast(BooleanExpression, alternative.expression))


class _FirstMatchCase(CaseNode):
    """A case that renders the first block that matches, once (Shopify's renders one block per match)."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        otherwise: list[BlockNode] = []
        for block in self.blocks:
            if isinstance(block, BlockNode):
                otherwise.append(block)
            elif _matches(block, value, context):
                return block.block.render(context, buffer)
        return sum(block.render(context, buffer) for block in otherwise)


def _matches(block: MultiExpressionBlockNode, value: object, context: RenderContext) -> bool:
    choices = block.expression.expressions
    return any(is_equal(value, choice.evaluate(context)) for choice in choices)


class _SafeCaseTag(CaseTag):
    node_class = _FirstMatchCase


_TAGS: tuple[type[Tag], ...] = (
    AssignTag,
    BreakTag,
    CaptureTag,
    ContinueTag,
    _SafeCaseTag,
    _SafeForTag,
    _SafeIfTag,
    _SafeUnlessTag,
)
_INTERNAL = ("illegal", "content", "output")


def register_tags(environment: Environment) -> None:
    """Offer exactly our tags in `environment`."""
    kept = {name: environment.tags[name] for name in _INTERNAL}
    environment.tags.clear()
    environment.tags.update(kept)
    for tag in _TAGS:
        environment.add_tag(tag)
