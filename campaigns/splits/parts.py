"""What the workers ask: which chunks of a campaign may leave, and which frozen message a chunk gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.states import CampaignStatus
from campaigns.splits.assignment import REST, WHOLE_AUDIENCE, Part, parts_of
from campaigns.splits.models import SplitTest, SplitVersion
from portal.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet


def open_chunks(campaign_id: int, status: str | None) -> QuerySet[Chunk]:
    """The open chunks that workers may take: not those of later waves, nor the rest while a test has no winner.

    Of a cancelled campaign all, so that everybody who waits is marked as cancelled.
    """
    chunks = Chunk.objects.filter(campaign_id=campaign_id, is_open=True)
    if status == CampaignStatus.CANCELLED:
        return chunks
    chunks = chunks.filter(not_before__isnull=True)
    return chunks.exclude(part=REST) if is_undecided(campaign_id) else chunks


def is_undecided(campaign_id: int) -> bool:
    """Whether the campaign has an A/B test without a winner."""
    return SplitTest.objects.filter(campaign_id=campaign_id, winner_number=None).exists()


def frozen_version_id(campaign: Campaign, part: int) -> int | None:
    """The message that the people of this part get; None when the campaign was never started.

    Raises Conflict for the rest of an audience whose test has no winner.
    """
    winner = SplitTest.objects.filter(campaign_id=campaign.pk).values_list("winner_number", flat=True)[:1]
    if not (found := list(winner)):
        return campaign.version_id
    number = part or found[0]
    if number is None:
        raise Conflict(f"The A/B test of campaign {campaign.pk} has no winner yet.")
    if number == 1:
        return campaign.version_id
    version = SplitVersion.objects.filter(split__campaign_id=campaign.pk, number=number)
    return version.values_list("draft__version_id", flat=True).first()


def parts_of_campaign(campaign: Campaign) -> list[Part]:
    """The parts in which the campaign is planned; one, WHOLE_AUDIENCE, where nothing is tested."""
    split = SplitTest.objects.filter(campaign_id=campaign.pk).first()
    if split is None:
        return [WHOLE_AUDIENCE]
    return parts_of(split.share_percent, 1 + split.versions.count())


def parts_of_version(campaign: Campaign, number: int, *, is_in_test: bool) -> list[int]:
    """The parts whose people got this version; with the rest of the audience where it won."""
    has_won = SplitTest.objects.filter(campaign_id=campaign.pk, winner_number=number).exists()
    return [number, REST] if has_won and not is_in_test else [number]


def version_numbers(campaign: Campaign, chunk_numbers: Iterable[int]) -> dict[int, int]:
    """The version that the people of each of these chunks get; 0 while they wait for the winner. {} without a test."""
    winner = list(SplitTest.objects.filter(campaign_id=campaign.pk).values_list("winner_number", flat=True))
    if not winner:
        return {}
    chunks = Chunk.objects.filter(campaign=campaign, number__in=set(chunk_numbers))
    return {number: part or winner[0] or 0 for number, part in chunks.values_list("number", "part")}
