"""A message as one person would see it, as a page that stands in a sandboxed frame of the portal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.audience.models import Contact
from campaigns.messages.checks.point import point_of
from campaigns.messages.liquid import PLAIN
from campaigns.messages.problems import PREHEADER, Problem
from campaigns.messages.services import compiled_source

if TYPE_CHECKING:
    from campaigns.messages.compile import RenderedMessage
    from campaigns.messages.source import MessageSource

# Nothing runs in the frame, and nothing but pictures is loaded; the portal itself is the only one to frame it.
FRAME_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; frame-ancestors 'self'"
)
SAMPLE_VALUES = {"first_name": "Anna", "last_name": "Berg", "address": "anna.berg@example.org"}
SAMPLE_UNSUBSCRIBE_URL = "https://example.org/unsubscribe"

_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_INERT_LINKS = '<base target="_blank">'  # a link would open a window, which the sandbox does not allow
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>'
    "body{{margin:0;padding:1.25rem;background:#fff;color:#1d2333;font:15px/1.55 system-ui,sans-serif}}"
    "pre{{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:14px/1.55 ui-monospace,monospace}}"
    "li{{margin:0 0 .75rem}}</style></head><body>{content}</body></html>"
)

PREHEADER_CHARS = 300
_IMAGE_SOURCE = re.compile(r"(<img\b[^<>]*?)\s(?:src|srcset)\s*=", re.IGNORECASE)
_BACKGROUND = re.compile(r"(<(?:table|tr|td|th|body)\b[^<>]*?)\sbackground\s*=", re.IGNORECASE)
_CSS_PICTURE = re.compile(r"url\([^()]*\)", re.IGNORECASE)
_ASKS_FOR_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"  # instead of a question about the browser
_TURNED_AROUND = (
    "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}"
    "img,video{filter:invert(1) hue-rotate(180deg)}</style>"
)


@dataclass(frozen=True, slots=True)
class FrameLooks:
    """How the mail program of the preview is set."""

    is_dark: bool = False
    hides_images: bool = False


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A mail as it stands in a list; without a preview line programs show how the text begins."""

    subject: str
    preheader: str


DAYLIGHT = FrameLooks()


def merge_values_for(contact: Contact | None) -> dict[str, str]:
    """Values of a contact, or of an invented person; the unsubscribe link leads nowhere."""
    values = contact.merge_values() if contact is not None else dict(SAMPLE_VALUES)
    values["unsubscribe_url"] = SAMPLE_UNSUBSCRIBE_URL
    return values


def render_for(source: MessageSource, contact: Contact | None) -> RenderedMessage:
    """What this person would get. Raises TemplateInvalid or RenderingRefused."""
    return compiled_source(source).render(merge_values_for(contact))


def inbox_line(source: MessageSource, contact: Contact | None) -> InboxLine:
    """What stands in a list of mails before one is opened. Raises TemplateInvalid or RenderingRefused."""
    values = merge_values_for(contact)
    rendered = compiled_source(source).render(values)
    preheader = PLAIN.render(PLAIN.parse(source.preheader, place=PREHEADER), values).strip()
    return InboxLine(rendered.subject, preheader or " ".join(rendered.text[:PREHEADER_CHARS].split()))


def html_frame(html: str, looks: FrameLooks = DAYLIGHT) -> str:
    """The HTML part as a page whose links stay where they are."""
    if looks.hides_images:
        html = _without_images(html)
    html = _in_the_dark(html) if looks.is_dark else _in_daylight(html)
    head = _HEAD.search(html)
    at = head.end() if head else 0
    return html[:at] + _INERT_LINKS + html[at:] if head else html


def _without_images(html: str) -> str:
    """What a mail program shows that loads no pictures: their words."""
    without = _IMAGE_SOURCE.sub(r"\1 data-off=", html)
    return _CSS_PICTURE.sub("none", _BACKGROUND.sub(r"\1 data-off=", without))


def _in_daylight(html: str) -> str:
    """Without the mail's dark colours, however the reader's own browser is set."""
    return _ASKS_FOR_DARK.sub(_NEVER, html)


def _in_the_dark(html: str) -> str:
    """The mail's own dark colours where it has any; else turned around, as mail programs do by themselves."""
    if _ASKS_FOR_DARK.search(html):
        return _ASKS_FOR_DARK.sub(_ALWAYS, html)
    head = _HEAD.search(html)
    at = head.end() if head else 0
    return html[:at] + _TURNED_AROUND + html[at:]


def text_frame(text: str) -> str:
    """The plain text part as a page."""
    return _PAGE.format(title=escape(_("Plain text")), content=f"<pre>{escape(text)}</pre>")


def problems_frame(problems: Iterable[Problem]) -> str:
    """What has to be mended before there is anything to see."""
    lines = "".join(f"<li>{escape(point_of(problem).sentence)}</li>" for problem in problems)
    heading = escape(_("This cannot be shown yet"))
    return _PAGE.format(title=heading, content=f"<p><strong>{heading}</strong></p><ul>{lines}</ul>")
