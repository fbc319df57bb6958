"""Freezing all that a campaign says when it starts: its message and the other versions of an A/B test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.follow_ups.services import take_over_version
from campaigns.messages.services import freeze_message
from campaigns.splits.versions import freeze_versions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.sending.models import Campaign


def freeze_words(campaign: Campaign, actor: User | None) -> None:
    """Call it in the transaction that starts the campaign; sets `campaign.version` without saving the campaign.

    Raises TemplateInvalid.
    """
    if not take_over_version(campaign):
        freeze_message(campaign, actor)
    freeze_versions(campaign, actor)
