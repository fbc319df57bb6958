"""Writes the plain-text part from HTML: links as `text (url)`, lists, quotes and tables readable, Liquid kept."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from campaigns.messages.protect import Protected, protect

_SILENT = frozenset({"style", "script", "title", "head", "template"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table", "section"})
_LINES = frozenset({"div", "tr", "li", "header", "footer", "article", "address", "center", "figure", "dt", "dd"})
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_VOID = frozenset(
    {"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "embed", "source", "track", "wbr"}
)
_MAX_BLANK_LINES = re.compile(r"\n{3,}")


def text_from_html(html: str) -> str:
    """Derive plain text with the same Liquid from an HTML document or fragment with Liquid."""
    protected = protect(html)
    writer = _TextWriter()
    writer.feed(protected.text)
    writer.close()
    return protected.restore(_joined_blocks(writer.text(), protected))


def _joined_blocks(text: str, protected: Protected) -> str:
    """Take the line break after a tag that stands alone, which would print an empty line for everybody."""
    alone = re.compile(rf"^({protected.block_stand_ins.replace(chr(92) + 's*', '[ ]*')})\n+", re.MULTILINE)
    return alone.sub(r"\1", text)


class _TextWriter(HTMLParser):
    """Collects the text of what it is fed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._hidden: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._lists: list[int | None] = []
        self._quotes = 0
        self._preformatted = 0

    def text(self) -> str:
        """Give what was collected, with at most one blank line in a row."""
        lines = (line.rstrip() for line in "".join(self._parts).split("\n"))
        text = _MAX_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
        return text + "\n" if text else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        attributes = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            self._void(tag, attributes)
        elif self._hidden or tag in _SILENT or _HIDDEN.search(attributes.get("style", "")):
            self._hidden.append(tag)
        else:
            self._open(tag, attributes)

    def _void(self, tag: str, attributes: dict[str, str]) -> None:
        if self._hidden:
            return
        if tag == "br":
            self._newline()
        elif tag == "hr":
            self._blank_line()
            self._write("-" * 40)
            self._blank_line()
        elif tag == "img" and attributes.get("alt"):
            self._write(attributes["alt"])

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        self._break_for(tag)
        if tag == "a":
            self._links.append((attributes.get("href", ""), len(self._parts)))
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._bullet()
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._preformatted += 1

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[len(self._hidden) - 1 - self._hidden[::-1].index(tag) :]
            return
        if tag == "a" and self._links:
            self._end_link()
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag in ("td", "th"):
            self._space()
        elif tag == "pre":
            self._preformatted = max(self._preformatted - 1, 0)
        self._break_for(tag)
        if tag == "blockquote":
            self._quotes = max(self._quotes - 1, 0)

    def handle_data(self, data: str) -> None:
        """Take running text."""
        if self._hidden:
            return
        if self._preformatted:
            for number, line in enumerate(data.split("\n")):
                if number:
                    self._newline()
                self._write(line)
            return
        text = _SPACE.sub(" ", data)
        if self._at_line_start() or self._ends_with(" "):
            text = text.lstrip(" ")
        self._write(text)

    def _end_link(self) -> None:
        href, start = self._links.pop()
        shown = "".join(self._parts[start:]).strip()
        bare = href.removeprefix("mailto:")
        if href and not href.startswith("#") and shown not in (href, bare):
            self._write(f" ({bare})" if shown else bare)

    def _bullet(self) -> None:
        depth = "  " * max(len(self._lists) - 1, 0)
        number = self._lists[-1] if self._lists else None
        if number is None:
            self._write(f"{depth}- ")
            return
        self._lists[-1] = number + 1
        self._write(f"{depth}{number + 1}. ")

    def _break_for(self, tag: str) -> None:
        if tag in _PARAGRAPHS and not self._in_list_item(tag):
            self._blank_line()
        elif tag in _LINES or tag in _PARAGRAPHS:
            self._line_start()

    def _in_list_item(self, tag: str) -> bool:
        if tag in ("ul", "ol"):
            return bool(self._lists)
        return tag == "p" and bool(self._lists)

    def _write(self, text: str) -> None:
        if text and self._quotes and self._at_line_start():
            self._parts.append("> " * self._quotes)
        if text:
            self._parts.append(text)

    def _newline(self) -> None:
        self._parts.append("\n")

    def _line_start(self) -> None:
        if not self._at_line_start() and not self._after_bullet():
            self._newline()

    def _blank_line(self) -> None:
        self._line_start()
        if self._parts and not self._after_bullet():
            self._newline()

    def _space(self) -> None:
        if not self._at_line_start() and not self._ends_with(" "):
            self._parts.append(" ")

    def _ends_with(self, end: str) -> bool:
        return bool(self._parts) and self._parts[-1].endswith(end)

    def _at_line_start(self) -> bool:
        return not self._parts or self._parts[-1].endswith("\n")

    def _after_bullet(self) -> bool:
        return bool(self._lists) and bool(self._parts) and re.fullmatch(r"\s*(?:-|\d+\.) ", self._parts[-1]) is not None
