"""Puts snippets and the values of the house layout into the texts of a message, before anything else reads them.

What was put in keeps its place: a problem found later is told by the line of the message or of the snippet.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from html import escape

from campaigns.messages.liquid import HTML
from campaigns.messages.markdown import is_prose, render_markdown
from campaigns.messages.markup import require_sound_markup
from campaigns.messages.problems import (
    BODY,
    PREHEADER,
    SNIPPET_PREFIX,
    SUBJECT,
    TEXT_BODY,
    Problem,
    TemplateInvalid,
    column_of,
    line_of,
    problem_at,
)
from campaigns.messages.protect import as_verbatim, protect
from campaigns.messages.scan import MAX_SOURCE_CHARS, Piece, PieceKind, ScanError, scan
from campaigns.messages.source import LayoutValues, MessageSource, SnippetSource
from campaigns.messages.text_part import text_from_html

MAX_SNIPPETS_DEEP = 5
MAX_SNIPPETS_PUT_IN = 200
LAYOUT_WORDS = {
    "layout_organisation": "organisation",
    "layout_address": "address",
    "layout_footer": "footer",
    "layout_logo_url": "logo_url",
    "layout_accent_color": "accent_colour",
    "layout_page_color": "page_colour",
    "layout_text_color": "text_colour",
}
SNIPPET_TAG = "render"

_QUOTED = re.compile(r"""(["'])([^"']{1,100})\1""")
_SPLITS_HTML = re.compile(r"\n[ \t]*(?:\n|    |\t)")
_LAYOUT_WORD = re.compile(rf"\b(?:{'|'.join(LAYOUT_WORDS)})\b")


class _Target(Enum):
    """What the text is that a snippet is put into."""

    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"
    LINE = "line"


_OF_KIND = {"markdown": _Target.MARKDOWN, "html": _Target.HTML}


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A stretch of expanded text from `start` on; it stands at `origin_start` of `origin` (-1: was made of it)."""

    start: int
    place: str
    origin: str
    origin_start: int


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text with everything put in, and where each stretch of it was typed."""

    text: str
    chunks: tuple[_Chunk, ...]

    def located(self, line: int, column: int = 0) -> tuple[str, int, int]:
        """Give place, line and column as typed of a line (and column, 0 = unknown) of the expanded text."""
        index = _index_of(self.text, line) + max(column - 1, 0)
        chunk = self.chunks[max(bisect_right(self.chunks, index, key=lambda chunk: chunk.start) - 1, 0)]
        if chunk.origin_start < 0:
            return chunk.place, 0, 0
        at = chunk.origin_start + index - chunk.start
        return chunk.place, line_of(chunk.origin, at), column_of(chunk.origin, at) if column else 0


@dataclass(frozen=True, slots=True)
class ExpandedMessage:
    """A message without snippets, what was wrong with those it names, and where its texts come from."""

    source: MessageSource
    problems: tuple[Problem, ...]
    texts: dict[str, Expanded]

    def located(self, problem: Problem) -> Problem:
        """The same problem, told by where it was typed."""
        text = self.texts.get(problem.place)
        if text is None or not problem.line or len(text.chunks) == 1:
            return problem
        place, line, column = text.located(problem.line, problem.column)
        return replace(problem, place=place, line=line, column=column)


def expand_source(source: MessageSource) -> ExpandedMessage:
    """Put everything in; a text whose Liquid cannot be read stays as it is."""
    expander = _Expander(source.snippets, source.layout)
    body_target = _OF_KIND.get(source.kind, _Target.HTML)
    wanted = (
        (SUBJECT, source.subject, _Target.LINE),
        (PREHEADER, source.preheader, _Target.LINE),
        (BODY, source.body, body_target),
        (TEXT_BODY, source.text_body, _Target.TEXT),
    )
    texts = {place: expander.expand(text, place, target) for place, text, target in wanted}
    written = replace(
        source,
        subject=texts[SUBJECT].text,
        preheader=texts[PREHEADER].text,
        body=texts[BODY].text,
        text_body=texts[TEXT_BODY].text,
        snippets=(),
    )
    return ExpandedMessage(written, tuple(expander.problems), texts)


def snippet_problems(snippet: SnippetSource, others: Iterable[SnippetSource]) -> list[Problem]:
    """What is wrong with a snippet, or with those that it names, before anything uses it."""
    expander = _Expander((*(other for other in others if other.name != snippet.name), snippet), LayoutValues())
    expander.expand(f'{{% {SNIPPET_TAG} "{snippet.name}" %}}', BODY, _Target.HTML)
    return expander.problems


def snippet_names(text: str) -> list[str]:
    """Names of the snippets that a text puts in, as far as it can be read."""
    if SNIPPET_TAG not in text:
        return []
    try:
        pieces = scan(text)
    except ScanError:
        return []
    tags = (_QUOTED.fullmatch(piece.inner) for piece in pieces if _is_snippet(piece))
    return [match.group(2) for match in tags if match]


def names_layout(text: str) -> bool:
    """Whether a text shows a value of the house layout by its name."""
    return _LAYOUT_WORD.search(text) is not None


def _is_snippet(piece: Piece) -> bool:
    return piece.kind is PieceKind.TAG and piece.name == SNIPPET_TAG


class _Expander:
    """Expands the texts of one message; each snippet is read and checked once."""

    def __init__(self, snippets: Iterable[SnippetSource], layout: LayoutValues) -> None:
        self._snippets = {snippet.name: snippet for snippet in snippets}
        self._layout = layout
        self._read: dict[str, Expanded] = {}
        self._converted: dict[tuple[str, _Target], Expanded | None] = {}
        self._open: list[str] = []
        self._uses_left = MAX_SNIPPETS_PUT_IN
        self.problems: list[Problem] = []

    def expand(self, text: str, place: str, target: _Target) -> Expanded:
        """Put snippets and values into one text."""
        whole = Expanded(text, (_Chunk(0, place, text, 0),))
        if SNIPPET_TAG not in text and not names_layout(text):
            return whole
        try:
            pieces = scan(text)
        except ScanError:
            return whole  # told by whoever parses it
        writer = _Writer(text, place)
        for number, piece in enumerate(pieces):
            self._add(writer, piece, pieces[number + 1 :][:1], target)
        if writer.length > MAX_SOURCE_CHARS:
            message = f"With its snippets this is longer than {MAX_SOURCE_CHARS:,} characters."
            self.problems.append(Problem("too_long", place, 0, message))
            return whole
        return writer.result()

    def _add(self, writer: _Writer, piece: Piece, following: list[Piece], target: _Target) -> None:
        if _is_snippet(piece):
            self._add_snippet(writer, piece, target)
        elif piece.kind is PieceKind.OUTPUT and piece.inner in LAYOUT_WORDS:
            value = str(getattr(self._layout, LAYOUT_WORDS[piece.inner]))
            is_html = target in {_Target.MARKDOWN, _Target.HTML}
            writer.put(as_verbatim(escape(value) if is_html else value), piece.start)
        elif piece.kind in {PieceKind.OUTPUT, PieceKind.TAG} and (word := _LAYOUT_WORD.search(piece.inner)):
            message = f"“{word.group()}” works alone only: {{{{ {word.group()} }}}}."
            self._refuse("layout_word", writer, piece, message)
            writer.keep(piece, trims_end=False)
        else:
            writer.keep(piece, trims_end=bool(following) and _is_snippet(following[0]) and following[0].trims_before)

    def _add_snippet(self, writer: _Writer, piece: Piece, target: _Target) -> None:
        name = self._name_of(writer, piece)
        written = self._written(name, target) if name else None
        if written is None:
            writer.trims_next = piece.trims_after
            return
        if writer.length + len(written.text) > MAX_SOURCE_CHARS:
            self._refuse(
                "too_long", writer, piece, f"With “{name}” this is longer than {MAX_SOURCE_CHARS:,} characters."
            )
            return
        writer.put_snippet(written, piece, stands_apart=target is _Target.MARKDOWN)

    def _name_of(self, writer: _Writer, piece: Piece) -> str:
        """The snippet to put in; "" when there is a reason not to, which is told."""
        match = _QUOTED.fullmatch(piece.inner)
        if match is None:
            message = 'Write the name of a snippet in quotes and nothing else: {% render "opening-hours" %}.'
            return self._refuse("snippet_name", writer, piece, message)
        name = match.group(2)
        if name not in self._snippets:
            return self._refuse("unknown_snippet", writer, piece, f"There is no snippet “{name}”.")
        if name in self._open:
            way = " → ".join([*self._open[self._open.index(name) :], name])
            return self._refuse("snippet_loop", writer, piece, f"The snippet “{name}” uses itself: {way}.")
        if len(self._open) >= MAX_SNIPPETS_DEEP:
            return self._refuse(
                "snippet_deep", writer, piece, f"Snippets may be nested {MAX_SNIPPETS_DEEP} deep at most."
            )
        self._uses_left -= 1
        if self._uses_left == 0:
            message = f"A message may put in {MAX_SNIPPETS_PUT_IN} snippets at most."
            self._refuse("too_long", writer, piece, message)
        return name if self._uses_left > 0 else ""

    def _refuse(self, code: str, writer: _Writer, piece: Piece, message: str) -> str:
        found = problem_at(writer.origin, piece.start, code=code, place=writer.place, message=message)
        self.problems.append(found)
        return ""

    def _written(self, name: str, target: _Target) -> Expanded | None:
        """A snippet as text of the target; None when it is broken, which is told once."""
        if (name, target) not in self._converted:
            self._converted[name, target] = self._convert(self._snippets[name], target)
        return self._converted[name, target]

    def _convert(self, snippet: SnippetSource, target: _Target) -> Expanded | None:
        own = self._own_text(snippet)
        if own is None or target is _OF_KIND[snippet.kind]:
            return own
        if target is _Target.MARKDOWN:
            return _fit_for_markdown(own, snippet)
        html = render_markdown(own.text).strip() if snippet.kind == "markdown" else own.text
        if target is not _Target.HTML:
            html = text_from_html(html).strip()
        text = " ".join(html.split()) if target is _Target.LINE else html
        return Expanded(text, (_Chunk(0, SNIPPET_PREFIX + snippet.name, snippet.body, -1),))

    def _own_text(self, snippet: SnippetSource) -> Expanded | None:
        if snippet.name not in self._read:
            before = len(self.problems)
            self._open.append(snippet.name)
            expanded = self.expand(snippet.body, SNIPPET_PREFIX + snippet.name, _OF_KIND[snippet.kind])
            self._open.pop()
            self._check(snippet, expanded)
            if len(self.problems) > before:
                expanded = Expanded("", ())
            self._read[snippet.name] = expanded
        read = self._read[snippet.name]
        return read if read.chunks else None

    def _check(self, snippet: SnippetSource, expanded: Expanded) -> None:
        place = SNIPPET_PREFIX + snippet.name
        try:
            HTML.parse(expanded.text, place=place)
            html = render_markdown(expanded.text) if snippet.kind == "markdown" else expanded.text
            require_sound_markup(protect(html).text)
        except TemplateInvalid as error:
            for problem in error.problems:
                where, line, column = expanded.located(problem.line, problem.column)
                self.problems.append(replace(problem, place=where, line=line, column=column))
        except ScanError as error:
            self.problems.append(Problem(error.code, place, 0, error.message))


class _Writer:
    """Collects the stretches of one expanded text."""

    def __init__(self, origin: str, place: str) -> None:
        self.origin = origin
        self.place = place
        self.length = 0
        self.trims_next = False
        self._parts: list[str] = []
        self._chunks: list[_Chunk] = []

    def result(self) -> Expanded:
        return Expanded("".join(self._parts), tuple(self._chunks) or (_Chunk(0, self.place, self.origin, 0),))

    def keep(self, piece: Piece, *, trims_end: bool) -> None:
        """Go on with a piece of the origin itself."""
        text, start = self.origin[piece.start : piece.end], piece.start
        if piece.kind is PieceKind.TEXT and self.trims_next:
            start += len(text) - len(text.lstrip())
            text = text.lstrip()
        if piece.kind is PieceKind.TEXT and trims_end:
            text = text.rstrip()
        self.trims_next = False
        self.put(text, start)

    def put(self, text: str, origin_start: int) -> None:
        """Write a text that stands at, or takes the place of, a position of the origin."""
        if text:
            self._keep_apart(text)
            self._chunks.append(_Chunk(self.length, self.place, self.origin, origin_start))
            self._write(text)

    def put_snippet(self, snippet: Expanded, piece: Piece, *, stands_apart: bool) -> None:
        """Write a snippet; on a line of its own in Markdown it becomes paragraphs of its own."""
        gap = "\n" if stands_apart and _is_alone(self.origin, piece) else ""
        self.put(gap, piece.start)
        self._keep_apart(snippet.text)
        shift = self.length
        self._chunks += [replace(chunk, start=chunk.start + shift) for chunk in snippet.chunks]
        self._write(snippet.text)
        self.put(gap, piece.start)
        self.trims_next = piece.trims_after

    def _keep_apart(self, text: str) -> None:
        """Two texts must not meet as Liquid, a brace at the end of one and a brace at the start of the other."""
        if self._parts and self._parts[-1].endswith("{") and text.startswith(("{", "%")):
            self._parts[-1] = self._parts[-1][:-1]
            self.length -= 1
            self._write("{% raw %}{{% endraw %}")

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)


def _fit_for_markdown(own: Expanded, snippet: SnippetSource) -> Expanded:
    """HTML as Markdown keeps it together: no blank lines in it, and nothing indented, which would become code."""
    if not _SPLITS_HTML.search(own.text):
        return own
    lines = (line.strip() for line in own.text.splitlines())
    text = "\n".join(line for line in lines if line)
    return Expanded(text, (_Chunk(0, SNIPPET_PREFIX + snippet.name, snippet.body, -1),))


def _is_alone(text: str, piece: Piece) -> bool:
    """Whether a tag has a line for itself, with no list, quote or table beside it."""
    start = text.rfind("\n", 0, piece.start) + 1
    end = text.find("\n", piece.end)
    end = len(text) if end < 0 else end
    if text[start : piece.start].strip() or text[piece.end : end].strip() or not is_prose(text[start : piece.start]):
        return False
    before = text[:start].rstrip("\n").rpartition("\n")[2] if start > 1 and text[start - 2] != "\n" else ""
    after = text[end + 1 :].partition("\n")[0]
    return is_prose(before) and is_prose(after)


def _index_of(text: str, line: int) -> int:
    index = 0
    for _line in range(line - 1):
        index = text.find("\n", index) + 1
    return index
