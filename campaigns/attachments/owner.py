"""Whose attachments a campaign row sends: a test and a version of an A/B test send those of their campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.attachments.models import CampaignAttachment, PersonalFiles
from campaigns.sending.states import CampaignKind

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

_SENDS_THOSE_OF_PARENT = frozenset({CampaignKind.TEST, CampaignKind.VERSION})


def owner_of(campaign: Campaign) -> Campaign:
    """The campaign whose files go with the mails of this row; saved or not."""
    owner = campaign
    while owner.campaign_kind in _SENDS_THOSE_OF_PARENT and owner.parent is not None:
        owner = owner.parent
    return owner


def attachments_of(campaign: Campaign) -> list[CampaignAttachment]:
    """The files that go with every mail, in their order."""
    owner = owner_of(campaign)
    if owner.pk is None:
        return []
    present = CampaignAttachment.objects.filter(campaign_id=owner.pk, removed_at__isnull=True)
    return list(present.select_related("file"))


def personal_settings_of(campaign: Campaign) -> PersonalFiles | None:
    """How the campaign finds a file for each person; None where everybody gets the same."""
    owner = owner_of(campaign)
    return PersonalFiles.objects.filter(campaign_id=owner.pk).first() if owner.pk is not None else None
