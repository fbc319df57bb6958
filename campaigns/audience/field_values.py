"""Values of fields as text in one stored form, so that the database can compare them. Pure.

Stored: a number as plain decimal (-12.5), a date as 2026-11-22, yes or no as those words, a choice as it is spelt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

YES, NO = "yes", "no"
MAX_DIGITS = 15  # what a double holds exactly, so that both databases compare alike
NUMBER_PATTERN = r"^-?[0-9]{1,15}([.][0-9]{1,14})?$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MAX_OPTIONS = 100

_YES_WORDS = frozenset({"yes", "y", "true", "t", "1", "ja", "j", "wahr", "oui", "si", "sí", "x", "on"})
_NO_WORDS = frozenset({"no", "n", "false", "f", "0", "nein", "falsch", "non", "off"})
_PLAIN_WORDS = frozenset({"1", "0", "x"})  # alone they are no sign of yes and no
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.+Z-]*)?")
_GROUPED_POINT = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_GROUPED_COMMA = re.compile(r"-?\d{1,3}(?:[.' \u00a0\u202f]\d{3})+(?:,\d+)?")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")


class FieldType(Enum):
    """What the values of a field are."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class ValueRule:
    """What the values of one field must be."""

    field_type: FieldType
    options: tuple[str, ...] = ()


class ValueDoesNotFit(ValueError):
    """The text is no value of this type."""


def stored_form(text: str, field_type: FieldType, options: Sequence[str] = ()) -> str:
    """The text as it is stored; "" stays "". Raises ValueDoesNotFit."""
    typed = " ".join(text.replace("\0", "").split()) if field_type is not FieldType.TEXT else text.strip()
    if not typed:
        return ""
    return _option(typed, options) if field_type is FieldType.CHOICE else _READERS[field_type](typed)


def fits(text: str, field_type: FieldType, options: Sequence[str] = ()) -> bool:
    """Whether the text is a value of this type."""
    try:
        stored_form(text, field_type, options)
    except ValueDoesNotFit:
        return False
    return True


def guess_type(values: Iterable[str]) -> FieldType:
    """The type that all the values have; text where there is doubt. Choices are for a person to name."""
    found = {" ".join(value.split()).casefold() for value in values if value.strip()}
    if not found:
        return FieldType.TEXT
    if not found <= _PLAIN_WORDS and found <= _YES_WORDS | _NO_WORDS:
        return FieldType.YES_NO
    if all(fits(value, FieldType.DATE) for value in found):
        return FieldType.DATE
    return FieldType.NUMBER if all(_is_amount(value) for value in found) else FieldType.TEXT


def _is_amount(value: str) -> bool:
    """A number to reckon with: what begins with 0 or + (postcodes, telephone numbers) is text."""
    return not re.match(r"[+]|-?0\d", value) and fits(value, FieldType.NUMBER)


def _as_is(text: str) -> str:
    return text


def _number(text: str) -> str:
    if _PLAIN_NUMBER.fullmatch(text):
        plain = text
    elif _GROUPED_POINT.fullmatch(text):
        plain = text.replace(",", "")
    elif _GROUPED_COMMA.fullmatch(text):
        plain = re.sub(r"[.' \u00a0\u202f]", "", text).replace(",", ".")
    elif _COMMA_NUMBER.fullmatch(text):
        plain = text.replace(",", ".")
    else:
        raise ValueDoesNotFit(text)
    number = Decimal(plain) if plain.isascii() else None
    if number is None or sum(char.isdigit() for char in plain) > MAX_DIGITS:
        raise ValueDoesNotFit(text)
    written = f"{number:f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written in {"-0", ""} else written


def _date(text: str) -> str:
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    else:
        raise ValueDoesNotFit(text)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError as error:
        raise ValueDoesNotFit(text) from error


def _yes_no(text: str) -> str:
    word = text.casefold()
    if word in _YES_WORDS:
        return YES
    if word in _NO_WORDS:
        return NO
    raise ValueDoesNotFit(text)


def _option(text: str, options: Sequence[str]) -> str:
    by_case = {option.casefold(): option for option in options}
    if text.casefold() not in by_case:
        raise ValueDoesNotFit(text)
    return by_case[text.casefold()]


_READERS: dict[FieldType, Callable[[str], str]] = {
    FieldType.TEXT: _as_is,
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.YES_NO: _yes_no,
}
