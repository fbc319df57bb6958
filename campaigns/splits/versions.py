"""The versions of a tested campaign as they would go out, or went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.messages.services import (
    compiled_source,
    compiled_version,
    draft_source,
    freeze_message,
    message_required_fields,
    required_fields,
    version_source,
)
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from campaigns.splits.models import SplitTest, SplitVersion, letter_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.messages.source import MessageSource

CONTENT_FIELDS = ("kind", "preheader", "body", "text_body", "embeds_images", "house_layout")
SENDER_FIELDS = ("account", "from_name", "from_address", "reply_to", "is_tracked", "resends_uncertain")


@dataclass(frozen=True, slots=True)
class Version:
    """One version. `words` is the campaign itself for A; for the others a campaign that is never sent, filled up with
    what it takes over from A. Do not save it.
    """

    number: int
    words: Campaign

    @property
    def letter(self) -> str:
        return letter_of(self.number)

    @property
    def subject(self) -> str:
        return self.words.version.subject if self.words.version else self.words.subject

    @property
    def source(self) -> MessageSource:
        """What the compiler needs: the frozen message, or the draft as it is now."""
        return version_source(self.words.version) if self.words.version else draft_source(self.words)


def split_of(campaign: Campaign) -> SplitTest | None:
    """The campaign's A/B test."""
    return SplitTest.objects.filter(campaign_id=campaign.pk).first() if campaign.pk else None


def versions_of(campaign: Campaign) -> list[Version]:
    """A and its rivals; A alone where nothing is tested."""
    split = split_of(campaign)
    if split is None:
        return [Version(1, campaign)]
    rivals = split.versions.select_related("draft__version", "draft__house_layout").order_by("number")
    return [Version(1, campaign), *(Version(rival.number, _filled(rival, split, campaign)) for rival in rivals)]


def _filled(rival: SplitVersion, split: SplitTest, campaign: Campaign) -> Campaign:
    taken_over = (*SENDER_FIELDS, *(CONTENT_FIELDS if split.tests == SplitTest.Tests.SUBJECT else ()))
    for name in taken_over:
        setattr(rival.draft, name, getattr(campaign, name))
    return rival.draft


def campaign_required_fields(campaign: Campaign) -> frozenset[str]:
    """Values without which nobody is written to: those that any version needs, so that all groups are alike.

    Raises TemplateInvalid.
    """
    found = message_required_fields(campaign)
    for version in versions_of(campaign)[1:]:
        kept = version.words.version_id
        found |= required_fields(compiled_version(kept) if kept else compiled_source(version.source))
    return found


def freeze_versions(campaign: Campaign, actor: User | None) -> None:
    """Freeze what the other versions say; call it in the transaction that starts the campaign, after freeze_message.

    Raises TemplateInvalid.
    """
    for version in versions_of(campaign)[1:]:
        frozen = freeze_message(version.words, actor)
        Campaign.objects.filter(pk=version.words.pk).update(version=frozen, status=CampaignStatus.COMPLETED)


def thaw_versions(campaign: Campaign) -> None:
    """Make the other versions drafts again, with the campaign."""
    versions = Campaign.objects.filter(split_version__split__campaign_id=campaign.pk)
    versions.update(version=None, status=CampaignStatus.DRAFT)
    SplitTest.objects.filter(campaign_id=campaign.pk).update(tested_at=None, asks="")
