"""The filters a writer can use. Own functions, because each must be bounded in time and size for any argument.

Texts may be markupsafe.Markup (already HTML); str methods on Markup escape what they take in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from functools import wraps
from typing import Protocol, cast
from urllib.parse import quote_plus

from liquid import Environment
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_context
from liquid.undefined import is_undefined
from markupsafe import Markup, escape, soft_str

from campaigns.messages.conditions import as_number, is_blank
from campaigns.messages.metering import MAX_VALUE_CHARS, MeteredContext, TooMuchWorkError, handling_steps

_DATE_CODES = re.compile(r"%-?[aAbBdjmUwyYHIMSpeFTDc%]")
_MAX_DATE_FORMAT_CHARS = 100
_MAX_DIGITS = 40


def text_of(value: object) -> str:
    """Give the text of a value; nothing for a missing one."""
    if isinstance(value, str):
        return soft_str(value)
    if value is None or is_undefined(value):
        return ""
    if isinstance(value, list):
        return "".join(soft_str(item) for item in value)
    return str(value)


def _integer(value: object, name: str) -> int:
    number = as_number(value)
    if number is None:
        message = f"{name} needs a whole number"
        raise FilterArgumentError(message, token=None)
    return max(-MAX_VALUE_CHARS, min(MAX_VALUE_CHARS, int(number)))


def _refuse_growth(length: int) -> None:
    if length > MAX_VALUE_CHARS:
        message = "a value becomes too long"
        raise TooMuchWorkError(message, token=None)


def default(value: object, instead: object = "", **_: object) -> object:
    """Give `instead` when there is no value."""
    return instead if is_blank(value) or value is False else value


def append(value: object, end: object) -> str:
    """Add text at the end."""
    return text_of(value) + text_of(end)


def prepend(value: object, start: object) -> str:
    """Add text at the start."""
    return text_of(start) + text_of(value)


def replace(value: object, old: object, new: object = "") -> str:
    """Replace each `old` by `new`."""
    text, sought, substitute = text_of(value), text_of(old), text_of(new)
    _refuse_growth(len(text) + text.count(sought) * len(substitute) if sought else 0)
    return text.replace(sought, substitute) if sought else text


def replace_first(value: object, old: object, new: object = "") -> str:
    """Replace the first `old` by `new`."""
    text, sought = text_of(value), text_of(old)
    return text.replace(sought, text_of(new), 1) if sought else text


def remove(value: object, unwanted: object) -> str:
    """Take each `unwanted` out."""
    return replace(value, unwanted)


def remove_first(value: object, unwanted: object) -> str:
    """Take the first `unwanted` out."""
    return replace_first(value, unwanted)


def newline_to_br(value: object) -> str:
    """Turn line breaks into `<br>`."""
    lines = escape(text_of(value)).replace("\r\n", "\n").replace("\r", "\n")
    return lines.replace("\n", Markup("<br>\n"))


def strip_newlines(value: object) -> str:
    """Take line breaks out."""
    text = text_of(value)
    return text.replace("\r", "").replace("\n", "")


def truncate(value: object, length: object = 50, end: object = "…") -> str:
    """Cut to `length` characters, `end` included."""
    text, limit, tail = text_of(value), _integer(length, "truncate"), text_of(end)
    if len(text) <= limit:
        return text
    return text[: max(limit - len(tail), 0)] + tail


def truncatewords(value: object, count: object = 15, end: object = "…") -> str:
    """Cut to `count` words."""
    words = text_of(value).split()
    limit = max(_integer(count, "truncatewords"), 1)
    if len(words) <= limit:
        return " ".join(words)
    return " ".join(words[:limit]) + text_of(end)


def slice_(value: object, start: object, length: object = 1) -> str:
    """Cut `length` characters out, from `start` (counted from 0, negative from the end)."""
    text = text_of(value)
    first, count = _integer(start, "slice"), max(_integer(length, "slice"), 0)
    if first < 0:
        first = max(len(text) + first, 0)
    return text[first : first + count]


def split(value: object, separator: object = " ") -> list[str]:
    """Cut a text into a list."""
    text, sought = text_of(value), text_of(separator)
    if is_blank(text):
        return []
    if not sought:
        return [soft_str(character) for character in text]
    pieces = text.split(None if sought == " " else sought)
    return list(pieces)


def join(value: object, separator: object = " ") -> str:
    """Put a list together again."""
    if not isinstance(value, list):
        return text_of(value)
    glue = text_of(separator)
    _refuse_growth(sum(len(text_of(item)) + len(glue) for item in value))
    return glue.join(text_of(item) for item in value)


def first(value: object) -> object:
    """Give the first item of a list, or the first character."""
    items = value if isinstance(value, list) else text_of(value)[:1]
    return items[0] if items else ""


def last(value: object) -> object:
    """Give the last item of a list, or the last character."""
    items = value if isinstance(value, list) else text_of(value)[-1:]
    return items[-1] if items else ""


def size(value: object) -> int:
    """Count characters, or the items of a list."""
    return len(value) if isinstance(value, list) else len(text_of(value))


def date_(value: object, layout: object) -> str:
    """Show an ISO date or time (2026-11-22, 2026-11-22T09:30) as `layout`; anything else unchanged."""
    text, pattern = text_of(value), text_of(layout)
    if len(pattern) > _MAX_DATE_FORMAT_CHARS or "%" in _DATE_CODES.sub("", pattern):
        message = 'date needs a layout such as "%d.%m.%Y"'
        raise FilterArgumentError(message, token=None)
    moment = _moment(text.strip())
    return text if moment is None else moment.strftime(pattern)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _calculation(name: str, work: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., object]:
    """Make a filter that calculates; what is no number counts as 0, as it does in Liquid elsewhere."""

    def calculate(value: object, operand: object) -> object:
        left, right = as_number(value) or Decimal(0), as_number(operand) or Decimal(0)
        try:
            return _plain(work(left, right))
        except DecimalException as error:
            message = f"{name} cannot be calculated with {right}"
            raise FilterArgumentError(message, token=None) from error

    return calculate


def _plain(number: Decimal) -> str:
    if abs(number.adjusted()) > _MAX_DIGITS:
        message = "a number becomes too large"
        raise TooMuchWorkError(message, token=None)
    shown = f"{number:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _divide(left: Decimal, right: Decimal) -> Decimal:
    both_whole = left == left.to_integral_value() and right == right.to_integral_value()
    return left // right if both_whole else left / right


def round_(value: object, digits: object = 0) -> str:
    """Round to `digits` places."""
    number = as_number(value)
    if number is None:
        return text_of(value)
    places = max(0, min(10, _integer(digits, "round")))
    try:
        return f"{number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"
    except DecimalException:
        return text_of(value)


def _on_text(method: Callable[[str], str]) -> Callable[..., object]:
    return lambda value: method(text_of(value))


FILTERS: dict[str, Callable[..., object]] = {
    "append": append,
    "capitalize": _on_text(lambda text: text.capitalize()),
    "date": date_,
    "default": default,
    "divided_by": _calculation("divided_by", _divide),
    "downcase": _on_text(lambda text: text.lower()),
    "escape": _on_text(escape),
    "first": first,
    "join": join,
    "last": last,
    "lstrip": _on_text(lambda text: text.lstrip()),
    "minus": _calculation("minus", lambda left, right: left - right),
    "modulo": _calculation("modulo", lambda left, right: left % right),
    "newline_to_br": newline_to_br,
    "plus": _calculation("plus", lambda left, right: left + right),
    "prepend": prepend,
    "remove": remove,
    "remove_first": remove_first,
    "replace": replace,
    "replace_first": replace_first,
    "round": round_,
    "rstrip": _on_text(lambda text: text.rstrip()),
    "size": size,
    "slice": slice_,
    "split": split,
    "strip": _on_text(lambda text: text.strip()),
    "strip_newlines": strip_newlines,
    "times": _calculation("times", lambda left, right: left * right),
    "truncate": truncate,
    "truncatewords": truncatewords,
    "upcase": _on_text(lambda text: text.upper()),
    "url_encode": _on_text(quote_plus),
}


class _Filter(Protocol):
    def __call__(self, value: object, *args: object, context: MeteredContext) -> object: ...


def _metered(name: str, work: Callable[..., object]) -> _Filter:
    @wraps(work)
    def metered(value: object, *args: object, context: MeteredContext, **named: object) -> object:
        context.meter.take_steps(handling_steps(value))
        try:
            result = work(value, *args, **named)
        except TypeError as error:
            message = f"{name} is used with too few or too many arguments"
            raise FilterArgumentError(message, token=None) from error
        context.meter.check_value(result)
        return result

    return cast(_Filter, with_context(metered))


def register_filters(environment: Environment) -> None:
    """Offer exactly our filters in `environment`; the two that make HTML do nothing in plain text."""
    environment.filters.clear()
    for name, work in FILTERS.items():
        makes_html = name in ("escape", "newline_to_br")
        wanted = text_of if makes_html and not environment.autoescape else work
        environment.add_filter(name, _metered(name, wanted))
