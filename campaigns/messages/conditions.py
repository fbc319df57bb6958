"""Comparisons as people mean them when every value is a text.

A person without a value and a person with an empty one are the same; "100" > 20 compares numbers; a comparison that
makes no sense is false, never an error, because it is one person's value that makes it so.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from liquid import RenderContext
from liquid.builtin.expressions import BooleanExpression
from liquid.builtin.expressions.logical import (
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LogicalOrExpression,
    LtExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.expression import Expression
from liquid.undefined import is_undefined

MAX_NUMBER_CHARS = 20


def is_blank(value: object) -> bool:
    """Tell whether a value counts as missing: absent, nil, or nothing but white space."""
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, Empty | Blank) or value is None or is_undefined(value):
        return True
    return isinstance(value, list) and not value


def is_true(value: object) -> bool:
    """Tell whether a value alone makes an `if` true."""
    return value is not False and not is_blank(value)


def as_number(value: object) -> Decimal | None:
    """Read a number from a value, or None. Texts longer than 20 characters are no numbers."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    if not isinstance(value, str) or len(value) > MAX_NUMBER_CHARS:
        return None
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MAX_NUMBER_CHARS else None


def is_equal(left: object, right: object) -> bool:
    """Compare two values: blank equals blank, and numbers are equal by size."""
    if is_blank(left) or is_blank(right):
        return is_blank(left) and is_blank(right)
    if isinstance(left, str) and isinstance(right, str):
        return str(left) == str(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return str(left).lower() == str(right).lower()
    number, other = as_number(left), as_number(right)
    if number is None or other is None:
        return left == right
    return number == other


def _is_smaller(left: object, right: object) -> bool:
    number, other = as_number(left), as_number(right)
    if number is not None and other is not None:
        return number < other
    return isinstance(left, str) and isinstance(right, str) and str(left) < str(right)


def _is_greater(left: object, right: object) -> bool:
    return _is_smaller(right, left)


def _at_most(left: object, right: object) -> bool:
    return _is_smaller(left, right) or _is_equal_and_present(left, right)


def _at_least(left: object, right: object) -> bool:
    return _is_smaller(right, left) or _is_equal_and_present(left, right)


def _is_equal_and_present(left: object, right: object) -> bool:
    return not is_blank(left) and is_equal(left, right)


def _contains(left: object, right: object) -> bool:
    if is_blank(left) or is_blank(right):
        return False
    if isinstance(left, str):
        return str(right) in str(left)
    return isinstance(left, list) and any(is_equal(item, right) for item in left)


def _differs(left: object, right: object) -> bool:
    return not is_equal(left, right)


_DECISIONS: dict[type[Expression], Callable[[object, object], bool]] = {
    EqExpression: is_equal,
    NeExpression: _differs,
    LtExpression: _is_smaller,
    GtExpression: _is_greater,
    LeExpression: _at_most,
    GeExpression: _at_least,
    ContainsExpression: _contains,
    LogicalAndExpression: lambda left, right: is_true(left) and is_true(right),
    LogicalOrExpression: lambda left, right: is_true(left) or is_true(right),
}


class _Comparison(Expression):
    __slots__ = ("decide", "left", "right")

    def __init__(self, source: Expression, left: Expression, right: Expression) -> None:
        super().__init__(source.token)
        self.left = left
        self.right = right
        self.decide = _DECISIONS[type(source)]

    def evaluate(self, context: RenderContext) -> bool:
        return self.decide(self.left.evaluate(context), self.right.evaluate(context))

    def children(self) -> list[Expression]:
        return [self.left, self.right]


class _Truth(Expression):
    __slots__ = ("operand",)

    def __init__(self, operand: Expression) -> None:
        super().__init__(operand.token)
        self.operand = operand

    def evaluate(self, context: RenderContext) -> bool:
        return is_true(self.operand.evaluate(context))

    def children(self) -> list[Expression]:
        return [self.operand]


def soften(condition: BooleanExpression) -> None:
    """Replace python-liquid's comparisons inside `condition` by ours."""
    condition.expression = _Truth(_softened(condition.expression))


def _softened(expression: Expression) -> Expression:
    if type(expression) not in _DECISIONS:
        return expression
    left, right = expression.children()
    return _Comparison(expression, _softened(left), _softened(right))
