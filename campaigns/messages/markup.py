"""Refuses HTML that the parsers behind cannot bear: nested without end, far too many tags, tags that never end. Pure.

css-inline ends the whole process on ten thousand nested elements, and html.parser of older Pythons goes over the rest of
the text once for every tag that is not closed.
"""

from __future__ import annotations

import re

from campaigns.messages.problems import BODY, Problem, TemplateInvalid, line_of

MAX_OPEN = 100  # newsletters of nested tables have about thirty
MAX_TAGS = 4_000
MAX_ATTRIBUTES = 100  # of one tag
MAX_STYLE_WORK = 100_000  # declarations times tags: each may be written into each
_TAG = re.compile(r"<!--|<([!?/]?)([a-zA-Z][^\s/>]*)?")
_REST_OF_TAG = re.compile(r"""(?:[^>=]++|=\s*+(?:"[^"]*"|'[^']*')?)*+>""")  # quotes count behind = only
_ATTRIBUTE = re.compile(r"""[^\s=>"'/]++\s*+(?:=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']++)?)?""")
_CSS_MARK = re.compile("[{}:]")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_VERBATIM = frozenset({"style", "script", "title", "textarea"})
_ENDS_BY_ITSELF = frozenset(["p", "li", "dt", "dd", "tr", "td", "th", "option"])  # `<li>one<li>two` is no nesting


def require_sound_markup(html: str) -> None:
    """Go once over an HTML text without Liquid. Raises TemplateInvalid."""
    opened: list[str] = []
    position = tag_count = declarations = 0
    while (tag := _TAG.search(html, position)) is not None:
        position = _end_of(tag, html)
        tag_count += 1
        if _is_style(tag):
            declarations += _inlined_declarations(html[tag.end() : position])
        _follow(opened, tag)
        if len(opened) > MAX_OPEN:
            _refuse(html, tag.start(), f"More than {MAX_OPEN} elements are open at once. Close what has ended.")
        if tag_count > MAX_TAGS:
            _refuse(html, tag.start(), f"The message has more than {MAX_TAGS:,} HTML tags.")
        if declarations * tag_count > MAX_STYLE_WORK:
            _refuse(html, tag.start(), "There are too many styles for so many elements. Leave out the styles not used.")


def _is_style(tag: re.Match[str]) -> bool:
    return not tag.group(1) and (tag.group(2) or "").lower() == "style"


def _inlined_declarations(css: str) -> int:
    """Count what may be written into elements; what stands in a media query stays where it is."""
    depth = found = 0
    for mark in _CSS_MARK.findall(css):
        if mark == ":":
            found += depth == 1
        else:
            depth = max(depth + (1 if mark == "{" else -1), 0)
    return found


def _end_of(tag: re.Match[str], html: str) -> int:
    """Where the text goes on behind the tag; behind a style or script, with what is in it."""
    kind, name = tag.group(1), (tag.group(2) or "").lower()
    if tag.group() == "<!--":
        return _found(html.find("-->", tag.end() - 2), 3, tag, html)  # also <!-->
    if not name and not kind:
        return tag.end()  # a less-than sign in the text
    if not name:
        return _found(html.find(">", tag.end()), 1, tag, html)
    rest = _REST_OF_TAG.match(html, tag.end())
    end = _found(rest.end() if rest else -1, 0, tag, html)
    if rest and len(rest.group()) > MAX_ATTRIBUTES and len(_ATTRIBUTE.findall(rest.group())) > MAX_ATTRIBUTES:
        _refuse(html, tag.start(), f"“{tag.group()[:20]}” has more than {MAX_ATTRIBUTES} attributes.")
    if kind or name not in _VERBATIM:
        return end
    closing = re.compile(f"</{name}", re.IGNORECASE).search(html, end)
    return closing.start() if closing else len(html)


def _found(at: int, length: int, tag: re.Match[str], html: str) -> int:
    if at < 0:
        _refuse(html, tag.start(), f"“{tag.group()[:20]}” begins here and never ends.")
    return at + length


def _follow(opened: list[str], tag: re.Match[str]) -> None:
    kind, name = tag.group(1), (tag.group(2) or "").lower()
    if kind == "/" and name in opened:
        del opened[len(opened) - 1 - opened[::-1].index(name) :]
    if kind or not name or name in _VOID:
        return
    if not (name in _ENDS_BY_ITSELF and opened and opened[-1] == name):
        opened.append(name)


def _refuse(html: str, index: int, message: str) -> None:
    raise TemplateInvalid([Problem("markup", BODY, line_of(html, index), message)])
