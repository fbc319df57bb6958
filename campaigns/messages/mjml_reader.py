"""Reads MJML with Liquid: refuses what is no MJML, each fault with its place, and writes it anew for the compiler.

What is HTML or Liquid travels as a word, so that the compiler (which accepts unknown tags silently and ends the process
on deep nesting) sees plain MJML only. Source: documentation.mjml.io.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from difflib import get_close_matches
from html import escape, unescape

from campaigns.messages.mjml_words import ATTRIBUTES, CHILDREN, ENDING, LIQUID_PARENTS, TAGS
from campaigns.messages.protect import unused_word
from campaigns.messages.scan import Piece, PieceKind, scan
from campaigns.messages.structure import BLOCKS

_TOKEN = re.compile(r"<!--|<!\[CDATA\[|<[!?]|</?([a-zA-Z][\w:.-]*)")
_ATTRIBUTE = re.compile(r"""\s+([^\s=>/"'<]+)(?:\s*=\s*("[^"]*"|'[^']*'))?""")
_TAG_END = re.compile(r"\s*(/?)>")
_VOID_HTML = frozenset({"br", "hr", "img", "input", "meta", "link"})
_NOT_OFFERED = {
    "mj-include": "a message cannot load files. Use a snippet instead.",
    "mj-accordion": "few mail programs can show it, and its icons come from another company's server.",
    "mj-carousel": "few mail programs can show it, and its icons come from another company's server.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend, at a character position of the source."""

    code: str
    index: int
    message: str


@dataclass(frozen=True, slots=True)
class ReadMjml:
    """MJML fit for the compiler: `words[n]` is what the word `<mark>n z` stands for; `contents` are (start, HTML)."""

    markup: str
    mark: str
    words: tuple[str, ...]
    inline_css: str
    contents: tuple[tuple[int, str], ...]
    faults: tuple[Fault, ...]


MAX_FAULTS = 20


class _BrokenError(Exception):
    """The text is no XML from here on."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.fault = Fault("mjml_broken", index, message)


@dataclass(slots=True)
class _Open:
    """An element, or a Liquid block around elements, that is not closed yet."""

    name: str
    index: int
    is_liquid: bool = False

    def __str__(self) -> str:
        return f"{{% {self.name} %}}" if self.is_liquid else f"<{self.name}>"


@dataclass(slots=True)
class _Attributes:
    """What stands in an opening tag; `end` is the position behind it."""

    values: dict[str, tuple[int, int]] = field(default_factory=dict)
    is_closed: bool = False
    end: int = 0


def read_mjml(source: str) -> ReadMjml:
    """Read MJML whose Liquid scans without error."""
    reader = _Reader(source)
    try:
        reader.read()
    except _BrokenError as error:
        reader.faults.append(error.fault)
    return reader.result()


class _Reader:
    """Goes once over the source; positions in `_masked` (Liquid blanked out) are positions in the source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._pieces = [piece for piece in scan(source) if piece.kind is not PieceKind.TEXT]
        self._masked = _masked(source, self._pieces)
        self._mark = unused_word(source)
        self._open: list[_Open] = []
        self._out: list[str] = []
        self._words: list[str] = []
        self._css: list[str] = []
        self._contents: list[tuple[int, str]] = []
        self.faults: list[Fault] = []
        self._seen: set[str] = set()

    def result(self) -> ReadMjml:
        return ReadMjml(
            "".join(self._out),
            self._mark,
            tuple(self._words),
            "\n".join(self._css),
            tuple(self._contents),
            tuple(self.faults),
        )

    def read(self) -> None:
        """Read it all. Raises _BrokenError where it is no XML."""
        position = 0
        while (token := _TOKEN.search(self._masked, position)) is not None:
            self._between(position, token.start())
            position = self._take(token)
            if len(self.faults) >= MAX_FAULTS:
                return  # what comes after them is mostly their echo
        self._between(position, len(self._masked))
        for left in self._open:
            if not left.is_liquid:  # Liquid that is not closed was refused before
                self._fault("mjml_not_closed", left.index, f"“{left}” is opened here but never closed.")
        if not self._open and "mj-body" not in self._seen:
            self._fault("mjml_no_body", 0, "The message needs <mjml> with an <mj-body> in it.")

    def _take(self, token: re.Match[str]) -> int:
        start, text = token.start(), token.group()
        if text == "<!--":
            return self._behind("-->", start, token.end())
        if text == "<![CDATA[":
            raise _BrokenError(start, "“<![CDATA[” does not work here: write the text inside <mj-text>.")
        if not token.group(1):
            return self._behind(">", start, token.end())
        name = token.group(1).lower()
        if text.startswith("</"):
            self._close(name, start)
            return self._behind(">", start, token.end())
        attributes = self._attributes(name, start, token.end())
        return self._opened(name, start, attributes)

    def _behind(self, closer: str, start: int, search_from: int) -> int:
        end = self._masked.find(closer, search_from)
        if end < 0:
            raise _BrokenError(start, f"“{self._source[start : start + 20].split()[0]}” begins here and never ends.")
        return end + len(closer)

    def _attributes(self, name: str, start: int, position: int) -> _Attributes:
        found = _Attributes()
        while (attribute := _ATTRIBUTE.match(self._masked, position)) is not None:
            at = attribute.start(1)
            self._refuse_liquid(at, attribute.end(1), name)
            key = attribute.group(1)
            if attribute.group(2) is None:
                raise _BrokenError(at, f'“{key[:40]}” in <{name}> needs a value in quotes: {key[:40]}="…".')
            if key in found.values:
                self._fault("mjml_twice", at, f"“{key[:40]}” stands twice in <{name}>.")
            if name in TAGS and key not in ATTRIBUTES[name]:
                self._fault("mjml_attribute", at, _no_attribute(name, key))
            found.values[key] = (attribute.start(2) + 1, attribute.end(2) - 1)
            position = attribute.end()
        end = _TAG_END.match(self._masked, position)
        if end is None:
            self._refuse_liquid(position, position + 2, name)
            raise _BrokenError(start, f"<{name}> begins here and does not end well: look for a missing quote or “>”.")
        found.is_closed, found.end = bool(end.group(1)), end.end()
        return found

    def _refuse_liquid(self, start: int, end: int, name: str) -> None:
        if self._pieces_in(start, end + 1):
            message = f"Liquid works in the value of an attribute of <{name}>, not between attributes."
            raise _BrokenError(start, message)

    def _opened(self, name: str, start: int, attributes: _Attributes) -> int:
        parent = self._parent()
        self._check_place(name, parent, start)
        self._seen.add(name)
        if name == "mj-social-element" and parent == "mj-social" and "src" not in attributes.values:
            message = "Give this picture an address with src: without it, it would come from another company's server."
            self._fault("mjml_no_src", start, message)
        if attributes.is_closed or name in _VOID_HTML:
            self._out.append(f"<{name}{self._written(attributes)} />")
            return attributes.end
        if name in ENDING:
            return self._ending(name, start, attributes)
        self._out.append(f"<{name}{self._written(attributes)}>")
        self._open.append(_Open(name, start))
        return attributes.end

    def _check_place(self, name: str, parent: str, start: int) -> None:
        if name not in TAGS:
            self._fault("mjml_unknown_tag", start, _no_tag(name))
        elif parent in CHILDREN and name not in CHILDREN[parent]:
            self._fault("mjml_misplaced", start, _misplaced(name, parent))

    def _ending(self, name: str, start: int, attributes: _Attributes) -> int:
        """Hold back what stands in an element of HTML or text."""
        closing = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(self._masked, attributes.end)
        if closing is None:
            raise _BrokenError(start, f"“<{name}>” is opened here but never closed.")
        content = self._source[attributes.end : closing.start()]
        written = self._written(attributes)
        if self._parent() == "mj-attributes":
            self._out.append(f"<{name}{written} />")
        elif name == "mj-style" and "inline" in attributes.values:
            self._inline_style(attributes.end, closing.start())
        elif name == "mj-title":  # shown in an attribute too
            text = self._with_words(attributes.end, closing.start())
            self._out.append(f"<{name}>{escape(unescape(text))}</{name}>")
        else:
            self._out.append(f"<{name}{written}>{self._word(content)}</{name}>")
            self._contents.append((attributes.end, self._masked[attributes.end : closing.start()]))
        return closing.end()

    def _inline_style(self, start: int, end: int) -> None:
        for piece in self._pieces_in(start, end):
            message = 'Liquid does not work in <mj-style inline="inline">. Leave inline out.'
            self._fault("mjml_liquid", piece.start, message)
        self._css.append(self._source[start:end])

    def _close(self, name: str, start: int) -> None:
        if not any(opened.name == name and not opened.is_liquid for opened in self._open):
            if name not in _VOID_HTML:
                self._fault("mjml_not_opened", start, f"“</{name}>” closes what was never opened.")
            return
        while (last := self._open.pop()).name != name or last.is_liquid:
            self._fault("mjml_not_closed", last.index, f"“{last}” is opened here but not closed before “</{name}>”.")
        self._out.append(f"</{name}>")

    def _between(self, start: int, end: int) -> None:
        """What stands between two tags: Liquid around whole blocks, white space, and nothing else."""
        position = start
        for piece in self._pieces_in(start, end):
            self._require_blank(position, piece.start)
            self._liquid(piece)
            position = piece.end
        self._require_blank(position, end)

    def _pieces_in(self, start: int, end: int) -> list[Piece]:
        first = bisect_left(self._pieces, start, key=lambda piece: piece.start)
        return self._pieces[first : bisect_left(self._pieces, end, first, key=lambda piece: piece.start)]

    def _require_blank(self, start: int, end: int) -> None:
        text = self._source[start:end]
        if text.strip():
            at = start + len(text) - len(text.lstrip())
            shown = " ".join(text.split())[:40]
            self._fault("mjml_text", at, f"“{shown}” stands outside: text belongs inside <mj-text> or <mj-raw>.")

    def _liquid(self, piece: Piece) -> None:
        if piece.kind is PieceKind.COMMENT:
            return
        shown = self._source[piece.start : piece.end][:40]
        if piece.kind is PieceKind.OUTPUT:
            message = f"“{shown}” stands outside: a value belongs inside <mj-text> or into an attribute."
            self._fault("mjml_text", piece.start, message)
            return
        if self._parent() not in LIQUID_PARENTS:
            where = f"inside <{self._parent()}>" if self._parent() else "outside <mjml>"
            message = f"“{shown}” does not work {where}. Put it around whole blocks inside <mj-body>."
            self._fault("mjml_liquid", piece.start, message)
            return
        self._follow_block(piece, shown)
        self._out.append(f"<mj-raw>{self._word(self._source[piece.start : piece.end])}</mj-raw>")

    def _follow_block(self, piece: Piece, shown: str) -> None:
        if piece.name in BLOCKS:
            self._open.append(_Open(piece.name, piece.start, is_liquid=True))
        elif piece.name.startswith("end") and piece.name[3:] in BLOCKS:
            if self._open[-1].is_liquid:
                self._open.pop()
                return
            message = (
                f"“{shown}” stands inside “{self._open[-1]}”, but its beginning outside. Put both around whole blocks."
            )
            self._fault("mjml_liquid", piece.start, message)
            last = max((at for at, opened in enumerate(self._open) if opened.is_liquid), default=-1)
            if last >= 0:
                del self._open[last]

    def _parent(self) -> str:
        return next((opened.name for opened in reversed(self._open) if not opened.is_liquid), "")

    def _written(self, attributes: _Attributes) -> str:
        values = ((name, self._with_words(*span)) for name, span in attributes.values.items())
        return "".join(f' {name}="{value.replace(chr(34), "&quot;")}"' for name, value in values)

    def _with_words(self, start: int, end: int) -> str:
        parts, position = [], start
        for piece in self._pieces_in(start, end):
            parts += [self._source[position : piece.start], self._word(self._source[piece.start : piece.end])]
            position = piece.end
        return "".join([*parts, self._source[position:end]])

    def _word(self, original: str) -> str:
        self._words.append(original)
        return f"{self._mark}{len(self._words) - 1}z"

    def _fault(self, code: str, index: int, message: str) -> None:
        self.faults.append(Fault(code, index, message))


def _masked(source: str, pieces: list[Piece]) -> str:
    """The source with Liquid blanked out, at the same length and in the same lines."""
    parts, position = [], 0
    for piece in pieces:
        parts += [source[position : piece.start], re.sub(r"[^\n]", "_", source[piece.start : piece.end])]
        position = piece.end
    return "".join([*parts, source[position:]])


def _no_tag(name: str) -> str:
    if name in _NOT_OFFERED:
        return f"<{name}> does not work here: {_NOT_OFFERED[name]}"
    if not name.startswith("mj"):
        return f"<{name[:40]}> is HTML, which belongs inside <mj-text>, <mj-table> or <mj-raw>."
    near = get_close_matches(name, TAGS, n=1)
    return f"There is no MJML tag <{name[:40]}>." + (f" Did you mean <{near[0]}>?" if near else "")


def _no_attribute(name: str, attribute: str) -> str:
    near = get_close_matches(attribute, ATTRIBUTES[name], n=1)
    return f"<{name}> has no attribute “{attribute[:40]}”." + (f" Did you mean “{near[0]}”?" if near else "")


def _misplaced(name: str, parent: str) -> str:
    homes = sorted(
        home for home, children in CHILDREN.items() if name in children and home not in {"", "mj-attributes"}
    )
    where = f"inside <{parent}>" if parent else "outside <mjml>"
    if not homes:
        return f"<{name}> cannot stand {where}: it is the outermost tag."
    return f"<{name}> cannot stand {where}, only inside {' or '.join(f'<{home}>' for home in homes)}."
