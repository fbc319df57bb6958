"""A draft as it will stand in the list of an inbox."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from campaigns.messages.preview import render_for
from campaigns.messages.problems import RenderingRefused, TemplateInvalid
from campaigns.messages.services import draft_source

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

SHOWN_CHARS = 140  # of a message without a preview line


@dataclass(frozen=True, slots=True)
class InboxLine:
    """Who, subject, and what shows behind it: the preview line, else how the message begins."""

    sender: str
    subject: str
    preview: str


def inbox_line(campaign: Campaign) -> InboxLine | None:
    """As an invented person would see it; None while the message cannot be compiled."""
    source = draft_source(campaign)
    try:
        rendered = render_for(source, None)
        preview = (
            render_for(replace(source, subject=source.preheader), None).subject if source.preheader.strip() else ""
        )
    except (TemplateInvalid, RenderingRefused):
        return None
    preview = preview or " ".join(rendered.text.split())[:SHOWN_CHARS]
    return InboxLine(campaign.from_name or campaign.from_address, rendered.subject, preview)
