"""What would miss a field: segments that ask for it, templates and drafts that show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.messages.models import Template
from campaigns.segments.services import segments_asking
from campaigns.sending.models import Campaign
from campaigns.sending.states import WRITTEN_KINDS, CampaignStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.audience.fields import ContactField
    from campaigns.messages.models import MessageContent

TEXTS = ("subject", "preheader", "body", "text_body")


def uses_of(field: ContactField) -> list[str]:
    """Each use in words; empty when nothing would miss it."""
    drafts = Campaign.objects.filter(
        campaign_kind__in=WRITTEN_KINDS, status__in=(CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)
    )
    return [
        *(_("asked for by the segment “%s”") % segment.name for segment in segments_asking(f"attr:{field.name}")),
        *(_("shown by the template “%s”") % name for name in _naming(field.name, Template.objects.all())),
        *(_("shown by the draft “%s”") % name for name in _naming(field.name, drafts)),
    ]


def _naming(name: str, written: Iterable[MessageContent]) -> list[str]:
    word = re.compile(rf"\{{[{{%][^}}]*\b{re.escape(name)}\b")
    return [str(content) for content in written if any(word.search(getattr(content, text)) for text in TEXTS)]
