"""A message as one person would see it, as a page that stands in a sandboxed frame of the portal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.audience.models import Contact
from campaigns.messages.problems import Problem
from campaigns.messages.services import compiled_source

if TYPE_CHECKING:
    from campaigns.messages.compile import RenderedMessage
    from campaigns.messages.source import MessageSource

# Nothing runs in the frame, and nothing but pictures is loaded; the portal itself is the only one to frame it.
FRAME_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'"
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


def merge_values_for(contact: Contact | None) -> dict[str, str]:
    """Values of a contact, or of an invented person; the unsubscribe link leads nowhere."""
    values = contact.merge_values() if contact is not None else dict(SAMPLE_VALUES)
    values["unsubscribe_url"] = SAMPLE_UNSUBSCRIBE_URL
    return values


def render_for(source: MessageSource, contact: Contact | None) -> RenderedMessage:
    """What this person would get. Raises TemplateInvalid or RenderingRefused."""
    return compiled_source(source).render(merge_values_for(contact))


def html_frame(html: str) -> str:
    """The HTML part as a page whose links stay where they are."""
    head = _HEAD.search(html)
    at = head.end() if head else 0
    return html[:at] + _INERT_LINKS + html[at:] if head else html


def text_frame(text: str) -> str:
    """The plain text part as a page."""
    return _PAGE.format(title=escape(_("Plain text")), content=f"<pre>{escape(text)}</pre>")


def problems_frame(problems: Iterable[Problem]) -> str:
    """What has to be mended before there is anything to see."""
    lines = "".join(f"<li>{escape(str(problem))}</li>" for problem in problems)
    heading = escape(_("This cannot be shown yet"))
    return _PAGE.format(title=heading, content=f"<p><strong>{heading}</strong></p><ul>{lines}</ul>")
