"""Finds in what was typed the place of something that was read from the finished HTML. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TypedDict
from urllib.parse import unquote

from campaigns.messages.problems import BODY, LAYOUT, column_of, line_of

_AROUND = (('"', '"'), ("'", "'"), ("(", ")"), ("(", " "), ("<", ">"))
_SHORT = 4  # shorter than this is looked for in quotes or brackets only


class Spot(TypedDict):
    """Where a point belongs; the keys are those of MessageCheck."""

    place: str
    line: int
    column: int
    length: int


@dataclass(slots=True)
class TypedBody:
    """The body as typed. Each address found moves on, so that the third of the same is found where it stands third."""

    text: str
    has_layout: bool
    _passed: dict[str, int]

    @classmethod
    def of(cls, text: str, *, has_layout: bool) -> TypedBody:
        return cls(text, has_layout, {})

    def spot_of(self, address: str) -> Spot:
        """The next place of a link's or picture's address; what was not typed here stands in the house layout."""
        for written in dict.fromkeys((address, escape(address, quote=False), unquote(address))):
            at = self._next(written)
            if at >= 0:
                return _spot(self.text, at, len(written))
        return Spot(place=LAYOUT if self.has_layout else BODY, line=0, column=0, length=0)

    def _next(self, written: str) -> int:
        start = self._passed.get(written, 0)
        shapes = [(f"{before}{written}{after}", 1) for before, after in _AROUND]
        if len(written) >= _SHORT:
            shapes.append((written, 0))
        for shape, offset in shapes:
            at = self.text.find(shape, start)
            if at >= 0:
                self._passed[written] = at + len(shape)
                return at + offset
        return -1


def _spot(text: str, at: int, length: int) -> Spot:
    return Spot(place=BODY, line=line_of(text, at), column=column_of(text, at), length=length)
