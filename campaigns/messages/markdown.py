"""Markdown to HTML, with Liquid kept out of the way and links that can be buttons: `[Yes]({{ url }} "button")`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from campaigns.messages.protect import Protected, protect

BUTTON_TITLE = "button"

_LIST_OR_TABLE = re.compile(r"\s*(?:[-*+>|]|\d+[.)]\s)")


def _link_open(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    if token.attrGet("title") == BUTTON_TITLE:
        del token.attrs["title"]
        token.attrJoin("class", "button")
    return renderer.renderToken(tokens, index, options, env)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "breaks": True, "typographer": False})
    parser.enable(["table", "strikethrough"])
    parser.add_render_rule("link_open", _link_open)
    return parser


_PARSER = _parser()


def render_markdown(source: str) -> str:
    """Turn Markdown with Liquid into an HTML fragment with the same Liquid. The source must scan without error."""
    protected = protect(_with_tags_apart(source))
    html = _PARSER.render(protected.text)
    return protected.restore(_without_tag_paragraphs(html, protected))


def _without_tag_paragraphs(html: str, protected: Protected) -> str:
    alone = re.compile(rf"<p>({protected.block_stand_ins})</p>")
    return alone.sub(lambda match: match.group(1).strip(), html)


_TAG_LINE = re.compile(r"(?:\{%-?[^%{}]{1,1000}%\}[ \t]*)+")


def _with_tags_apart(source: str) -> str:
    """Put blank lines around lines that hold nothing but tags, so that they do not open a paragraph.

    Not beside lists, quotes and tables, which a blank line would cut.
    """
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    apart: list[str] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if _TAG_LINE.fullmatch(line) and is_prose(before) and is_prose(after):
            apart += ["", line, ""]
        else:
            apart.append(line)
    return "\n".join(apart)


def is_prose(line: str) -> bool:
    """Tell whether a blank line beside this line changes nothing: it is no part of a list, quote or table."""
    return not line.strip() or not (_LIST_OR_TABLE.match(line) or line.startswith(("  ", "\t")))
