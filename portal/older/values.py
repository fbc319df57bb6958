"""DynamoDB's typed JSON as plain values. Pure.

Source: "Data type descriptors", DynamoDB developer guide.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from portal.errors import InvalidInput

Value: TypeAlias = "str | bool | int | Decimal | bytes | list[Value] | dict[str, Value] | None"
Values: TypeAlias = dict[str, Value]

MAX_DEPTH = 40  # DynamoDB nests 32 deep


def read_values(raw: object) -> Values:
    """Read `{"name": {"S": "x"}, …}`. Raises InvalidInput, which names the attribute that cannot be read."""
    return _read_map(raw, "", 0)


def as_text(value: Value) -> str:
    """The value as people would write it; what has parts becomes JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, ensure_ascii=False, default=as_text, sort_keys=True)


def as_texts(value: Value) -> list[str]:
    """A list or a set as texts; a text with commas is a list, too."""
    parts = value if isinstance(value, list) else as_text(value).split(",")
    texts = [as_text(part).strip() for part in parts]
    return [text for text in texts if text]


def _read(raw: object, place: str, depth: int) -> Value:
    if not isinstance(raw, Mapping) or len(raw) != 1:
        raise InvalidInput(f"“{place}” is no value of DynamoDB, such as {{'S': 'text'}}.")
    if depth > MAX_DEPTH:
        raise InvalidInput(f"“{place}” is nested too deep.")
    ((kind, value),) = raw.items()
    if kind == "M":
        return _read_map(value, place, depth + 1)
    if kind == "L":
        return [_read(part, place, depth + 1) for part in _list(value, place)]
    if kind in _SETS:
        reader = _SCALARS[_SETS[kind]]
        return [reader(part, place) for part in _list(value, place)]
    if kind not in _SCALARS:
        raise InvalidInput(f"“{place}” has the type {str(kind)[:20]}, which DynamoDB does not have.")
    return _SCALARS[kind](value, place)


def _read_map(raw: object, place: str, depth: int) -> Values:
    if not isinstance(raw, Mapping):
        raise InvalidInput(f"“{place or 'the row'}” is no object.")
    return {str(name): _read(value, f"{place}.{name}".lstrip("."), depth) for name, value in raw.items()}


def _list(raw: object, place: str) -> list[object]:
    if not isinstance(raw, list):
        raise InvalidInput(f"“{place}” is no list.")
    return raw


def _text(raw: object, place: str) -> str:
    if not isinstance(raw, str):
        raise InvalidInput(f"“{place}” is no text.")
    return raw


def _number(raw: object, place: str) -> int | Decimal:
    try:
        number = Decimal(_text(raw, place))
        if not number.is_finite():
            raise InvalidInput(f"“{place}” is no number.")
    except InvalidOperation:
        raise InvalidInput(f"“{place}” is no number.") from None
    is_whole = number == number.to_integral_value()
    return int(number) if is_whole and number.adjusted() < 40 else number  # noqa: PLR2004 DynamoDB has 38 digits


def _bytes(raw: object, place: str) -> bytes:
    if isinstance(raw, bytes):
        return raw  # as the SDK gives it
    try:
        return b64decode(_text(raw, place), validate=True)
    except ValueError:
        raise InvalidInput(f"“{place}” is no base64.") from None


def _bool(raw: object, place: str) -> bool:
    if not isinstance(raw, bool):
        raise InvalidInput(f"“{place}” is neither true nor false.")
    return raw


_SCALARS: dict[str, Callable[[object, str], Value]] = {
    "S": _text,
    "N": _number,
    "B": _bytes,
    "BOOL": _bool,
    "NULL": lambda _raw, _place: None,
}
_SETS = {"SS": "S", "NS": "N", "BS": "B"}
