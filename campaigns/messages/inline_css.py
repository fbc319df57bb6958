"""Moves CSS rules into style attributes, where mail programs look for them, without touching Liquid.

The HTML parser inside css-inline would move Liquid tags out of tables; there they travel as comments.
"""

from __future__ import annotations

import re

import css_inline

from campaigns.messages.html_place import HtmlFollower, HtmlPlace
from campaigns.messages.protect import Protected, protect_where
from campaigns.messages.scan import Piece

_STYLE = re.compile(r"<style\b", re.IGNORECASE)
_OWN_STYLES = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def inline_css(source: str) -> str:
    """Inline the `<style>` rules of an HTML document with Liquid.

    HTML without styles comes back untouched; so does HTML whose Liquid would not survive the way.
    """
    if not _STYLE.search(source):
        return source
    return _inlined(source, _OWN_STYLES)


def inline_given_css(source: str, css: str) -> str:
    """Move `css` (without Liquid) into the elements of an HTML document with Liquid; its style elements stay."""
    inliner = css_inline.CSSInliner(
        extra_css=css, inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False
    )
    return _inlined(source, inliner)


def _inlined(source: str, inliner: css_inline.CSSInliner) -> str:
    protected = _protect(source)
    try:
        inlined = inliner.inline(protected.text)
    except css_inline.InlineError:
        return source
    if protected.stand_in.findall(inlined) != protected.stand_in.findall(protected.text):
        return source
    return _restore(protected, inlined)


def _protect(source: str) -> Protected:
    follower = HtmlFollower()
    read_to = 0

    def stand_in_for(word: str, piece: Piece) -> str:
        nonlocal read_to
        follower.feed(source[read_to : piece.start])
        read_to = piece.end
        return f"<!--{word}-->" if follower.place is HtmlPlace.TEXT else word

    return protect_where(source, stand_in_for)


def _restore(protected: Protected, inlined: str) -> str:
    mark = protected.mark
    # The parser adds <tbody> behind a tag that opens a loop over rows; it belongs before it.
    typed = protected.text
    before_body = re.compile(rf"((?:<!--{mark}\d+z-->\s*)+)<tbody>")
    inlined = before_body.sub(
        lambda match: match.group() if match.group() in typed else f"<tbody>{match.group(1)}", inlined
    )
    bare = re.sub(rf"<!--({mark}\d+z)-->", r"\1", inlined)
    return protected.restore(re.sub(rf'\b({mark}\d+z)=""', r"\1", bare))
