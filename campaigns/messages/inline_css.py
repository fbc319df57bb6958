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


def inline_css(source: str) -> str:
    """Inline the `<style>` rules of an HTML document with Liquid.

    HTML without styles comes back untouched; so does HTML whose Liquid would not survive the way.
    """
    if not _STYLE.search(source):
        return source
    protected = _protect(source)
    try:
        inlined = css_inline.inline(protected.text, load_remote_stylesheets=False, keep_at_rules=True)
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
    if "<tbody" not in protected.text.lower():
        # The parser adds <tbody> behind a tag that opens a loop over rows; it belongs before it.
        inlined = re.sub(rf"((?:<!--{mark}\d+z-->\s*)+)<tbody>", r"<tbody>\1", inlined)
    bare = re.sub(rf"<!--({mark}\d+z)-->", r"\1", inlined)
    return protected.restore(re.sub(rf'\b({mark}\d+z)=""', r"\1", bare))
