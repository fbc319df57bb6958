"""Whose attachments a campaign row sends: a test and a version of an A/B test send those of their campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.attachments.models import CampaignAttachment, FrozenAttachment, PersonalFile, PersonalFiles
from campaigns.sending.states import CampaignKind

if TYPE_CHECKING:
    from campaigns.messages.models import MessageVersion
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
    if not owner.pk:
        return []
    present = CampaignAttachment.objects.filter(campaign_id=owner.pk, removed_at__isnull=True)
    return list(present.select_related("file"))


def personal_settings_of(campaign: Campaign) -> PersonalFiles | None:
    """How the campaign finds a file for each person; None where everybody gets the same."""
    owner = owner_of(campaign)
    return PersonalFiles.objects.filter(campaign_id=owner.pk).first() if owner.pk else None


def files_as_told(campaign: Campaign) -> list[object]:
    """All that goes with the mails of a campaign, in plain values: whoever approves it approves exactly these files."""
    personal = personal_settings_of(campaign)
    named = [_told(one) for one in attachments_of(campaign)]
    if personal is None:
        return [named]
    own = PersonalFile.objects.filter(campaign_id=personal.campaign_id).order_by("name_key")
    return [named, personal.field_name, personal.when_missing, list(own.values_list("name_key", "file__sha256"))]


def sends_same_files(campaign: Campaign, version: MessageVersion) -> bool:
    """Whether a draft would go out with the files that a version was frozen with."""
    frozen = FrozenAttachment.objects.filter(version=version).select_related("file")
    return [_told(one) for one in frozen] == [_told(one) for one in attachments_of(campaign)]


def _told(one: CampaignAttachment | FrozenAttachment) -> list[str]:
    return [one.file.sha256, one.name, one.content_type, one.content_id]
