"""The house layout: one column of tables that every mail program can draw, light and dark, wide and narrow.

Its CSS is inlined afterwards; what must stay a rule (media queries) does. No value of LayoutValues is read as Liquid.
"""

from __future__ import annotations

from html import escape
from string import Template

from campaigns.messages.protect import as_verbatim, protect
from campaigns.messages.source import LayoutValues

_PREHEADER_FILL = "&#847;&zwnj;&nbsp;" * 40

_STYLE = """
body { margin: 0; padding: 0; width: 100%; background-color: $page; -webkit-text-size-adjust: 100%; }
table { border-collapse: collapse; }
img { border: 0; max-width: 100%; height: auto; }
.page { width: 100%; background-color: $page; }
.column { width: 100%; max-width: 600px; margin: 0 auto; }
.head { padding: 24px 32px 16px 32px; font: bold 18px/24px Helvetica, Arial, sans-serif; color: $text; }
.card { background-color: #ffffff; border-radius: 8px; padding: 32px; font: 16px/24px Helvetica, Arial, sans-serif;
  color: $text; text-align: left; }
.card p { margin: 0 0 16px 0; }
.card h1 { margin: 0 0 16px 0; font-size: 26px; line-height: 32px; }
.card h2 { margin: 24px 0 12px 0; font-size: 20px; line-height: 28px; }
.card h3 { margin: 20px 0 8px 0; font-size: 17px; line-height: 24px; }
.card ul, .card ol { margin: 0 0 16px 0; padding-left: 24px; }
.card a { color: $accent; }
.card a.button { display: inline-block; padding: 12px 24px; border-radius: 6px; background-color: $accent;
  color: #ffffff; font-weight: bold; text-decoration: none; }
.card blockquote { margin: 0 0 16px 0; padding-left: 16px; border-left: 4px solid #d5dae3; }
.card pre { font: 14px/20px Menlo, Consolas, monospace; white-space: pre-wrap; }
.card hr { border: 0; border-top: 1px solid #d5dae3; margin: 24px 0; }
.card th, .card td { padding: 6px 12px 6px 0; text-align: left; vertical-align: top; }
.foot { padding: 20px 32px 32px 32px; font: 13px/20px Helvetica, Arial, sans-serif; color: #5b6472; text-align: left; }
.foot a { color: #5b6472; }
.preheader { display: none; max-height: 0; overflow: hidden; mso-hide: all; font-size: 1px; line-height: 1px;
  color: $page; }
@media (max-width: 480px) {
  .card { padding: 24px 20px !important; border-radius: 0 !important; }
  .head, .foot { padding-left: 20px !important; padding-right: 20px !important; }
}
@media (prefers-color-scheme: dark) {
  body, .page { background-color: #14181f !important; }
  .card { background-color: #1e242e !important; color: #e8ebf0 !important; }
  .head { color: #e8ebf0 !important; }
  .card a { color: #8ab8ff !important; }
  .card a.button { color: #ffffff !important; }
  .foot, .foot a { color: #a3acba !important; }
}
"""

_PAGE = Template("""<!DOCTYPE html>
<html lang="$language" dir="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>$organisation</title>
<style>$style</style>
</head>
<body>
$preheader<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" class="column" width="600" cellpadding="0" cellspacing="0">
<tr><td class="head">$head</td></tr>
<tr><td class="card">
$body</td></tr>
<tr><td class="foot">$foot</td></tr>
</table>
</td></tr></table>
</body>
</html>
""")

_BODY_START = "<body"


def as_html(text: str) -> str:
    """Write a plain text as HTML in which nothing is Liquid."""
    return as_verbatim(escape(text).replace("\n", "<br>\n"))


def wrap_in_layout(body: str, *, preheader: str, layout: LayoutValues) -> str:
    """Put an HTML fragment into the house layout. `body` and `preheader` may hold Liquid."""
    style = Template(_STYLE).substitute(page=layout.page_colour, accent=layout.accent_colour, text=layout.text_colour)
    return _PAGE.substitute(
        language=layout.language,
        organisation=as_html(layout.organisation),
        style=style,
        preheader=preheader_html(preheader, css_class="preheader"),
        head=_head(layout),
        body=body,
        foot=_foot(layout),
    )


def preheader_html(preheader: str, *, css_class: str) -> str:
    """Write the hidden line that mail programs show beside the subject. `preheader` may hold Liquid."""
    if not preheader.strip():
        return ""
    looks = f'class="{css_class}"' if css_class else 'style="display:none;max-height:0;overflow:hidden;mso-hide:all"'
    protected = protect(preheader.strip())
    shown = protected.restore(escape(protected.text))
    return f"<div {looks}>{shown}{_PREHEADER_FILL}</div>\n"


def add_preheader(document: str, preheader: str) -> str:
    """Put the hidden line at the start of the body of a whole HTML document (or before a fragment)."""
    line = preheader_html(preheader, css_class="")
    start = document.lower().find(_BODY_START)
    if not line or start < 0:
        return line + document
    end = document.find(">", start) + 1
    return document[:end] + line + document[end:]


def _head(layout: LayoutValues) -> str:
    name = as_html(layout.organisation)
    if not layout.logo_url:
        return name
    return f'<img src="{escape(layout.logo_url)}" width="{layout.logo_width_px}" alt="{name}">'


def _foot(layout: LayoutValues) -> str:
    lines = [as_html(text) for text in (layout.footer, layout.organisation, layout.address) if text.strip()]
    if layout.unsubscribe_label:
        lines.append(f'<a href="{{{{ unsubscribe_url }}}}">{as_html(layout.unsubscribe_label)}</a>')
    return "<br>\n".join(lines)


def text_foot(layout: LayoutValues) -> str:
    """Write the foot of the layout for the text part, with nothing but the link read as Liquid."""
    lines = [as_verbatim(text) for text in (layout.footer, layout.organisation, layout.address) if text.strip()]
    if layout.unsubscribe_label:
        lines.append(f"{as_verbatim(layout.unsubscribe_label)}: {{{{ unsubscribe_url }}}}")
    return "\n".join(["-- ", *lines]) + "\n" if lines else ""
