"""Follows an HTML text far enough to tell whether a position is in running text, in a tag, or in a style or title."""

from __future__ import annotations

import re
from enum import Enum


class HtmlPlace(Enum):
    """Where a position of an HTML text lies."""

    TEXT = "text"
    TAG = "tag"
    VERBATIM = "verbatim"
    COMMENT = "comment"


_OPENING = re.compile(r"<!--|</?([a-zA-Z][a-zA-Z0-9]*)|<!")
_IN_TAG = re.compile(r"[\"'>]")
_VERBATIM_ELEMENTS = frozenset({"style", "title", "script", "textarea"})


class HtmlFollower:
    """Is fed stretches of HTML in turn and knows the place after each."""

    def __init__(self) -> None:
        self.place = HtmlPlace.TEXT
        self._quote = ""
        self._element = ""

    def feed(self, text: str) -> None:
        """Read on."""
        position = 0
        while position < len(text):
            position = self._step(text, position)

    def _step(self, text: str, position: int) -> int:
        if self.place is HtmlPlace.TEXT:
            return self._from_text(text, position)
        if self.place is HtmlPlace.TAG:
            return self._from_tag(text, position)
        if self.place is HtmlPlace.COMMENT:
            return self._until(text, position, "-->")
        return self._until(text, position, f"</{self._element}")

    def _from_text(self, text: str, position: int) -> int:
        opening = _OPENING.search(text, position)
        if opening is None:
            return len(text)
        if opening.group() == "<!--":
            self.place = HtmlPlace.COMMENT
            return opening.end()
        name = (opening.group(1) or "").lower()
        is_closing = opening.group().startswith("</")
        self._element = name if name in _VERBATIM_ELEMENTS and not is_closing else ""
        self.place = HtmlPlace.TAG
        return opening.end()

    def _from_tag(self, text: str, position: int) -> int:
        if self._quote:
            end = text.find(self._quote, position)
            if end < 0:
                return len(text)
            self._quote = ""
            return end + 1
        found = _IN_TAG.search(text, position)
        if found is None:
            return len(text)
        if found.group() == ">":
            self.place = HtmlPlace.VERBATIM if self._element else HtmlPlace.TEXT
        else:
            self._quote = found.group()
        return found.end()

    def _until(self, text: str, position: int, end_mark: str) -> int:
        end = text.lower().find(end_mark, position) if self._element else text.find(end_mark, position)
        if end < 0:
            return len(text)
        if self.place is HtmlPlace.COMMENT:
            self.place = HtmlPlace.TEXT
            return end + len(end_mark)
        self.place = HtmlPlace.TEXT
        self._element = ""
        return end
