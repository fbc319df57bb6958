"""The words of a mail as a page for a sandboxed frame: nothing in it runs, loads, leads anywhere or tells anybody. Pure."""

from __future__ import annotations

from html import escape

import nh3

# Nothing runs and nothing is loaded, whatever the mail wants; the portal alone may frame it.
FRAME_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
FRAME_HEADERS = {
    "Content-Security-Policy": FRAME_POLICY,
    "X-Frame-Options": "SAMEORIGIN",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PAGE = (
    '<!doctype html><html lang="und"><head><meta charset="utf-8"><title>{title}</title><style>'
    "body{{margin:0;padding:1.25rem;background:#fff;color:#1d2333;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}}"
    "pre{{margin:0;white-space:pre-wrap;font:14px/1.55 ui-monospace,monospace}}img{{max-width:100%}}"
    "</style></head><body>{content}</body></html>"
)
# A link without its address leads nowhere; a picture is shown when the mail itself carries it as data.
_TAGS = nh3.ALLOWED_TAGS | {"center", "font", "main"}
_ATTRIBUTES = {
    "*": {"align", "bgcolor", "border", "cellpadding", "cellspacing", "color", "colspan", "dir", "height", "lang"}
    | {"rowspan", "style", "title", "valign", "width"},
    "font": {"face", "size"},
    "img": {"alt", "src"},
}
# Looks that name no address: `background` and the like may fetch something.
_LOOKS = {
    *("background-color", "border", "border-collapse", "border-color", "border-radius", "border-style", "border-width"),
    *("color", "display", "font-family", "font-size", "font-style", "font-weight", "height", "line-height", "margin"),
    *("max-width", "padding", "text-align", "text-decoration", "vertical-align", "white-space", "width"),
}


def text_frame(text: str, *, title: str) -> str:
    """The text of a mail as a page."""
    return _PAGE.format(title=escape(title), content=f"<pre>{escape(text)}</pre>")


def html_frame(html: str, *, title: str) -> str:
    """The HTML of a mail as a page, without whatever could ask something of another computer."""
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"data"},
        link_rel=None,
        filter_style_properties=_LOOKS,
    )
    return _PAGE.format(title=escape(title), content=clean)
