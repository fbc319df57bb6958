"""Making the drafts that follow a finished campaign: again to those it did not reach, and to those who joined since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.attachments.freezing import copy_files
from campaigns.attachments.owner import sends_same_files
from campaigns.follow_ups.causes import failed_causes
from campaigns.follow_ups.people import family_of, without_those_written_to
from campaigns.messages.models import MessageVersion
from campaigns.messages.revisions import record_revision
from campaigns.messages.services import draft_source, version_source
from campaigns.sending.audience import audience_of
from campaigns.sending.drafts import AUDIENCE_FIELDS, copied_draft
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignKind, CampaignStatus, OriginKind
from campaigns.sending.trial_results import lasting_words
from campaigns.splits.versions import split_of, versions_of
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

ENDED = frozenset({CampaignStatus.COMPLETED, CampaignStatus.CANCELLED})


@transaction.atomic
def follow_up_failed(campaign_id: int, causes: Iterable[str], *, actor: User | None) -> Campaign:
    """Make a draft with the same message for the people whom a finished campaign did not reach, for these causes.

    Raises Conflict while it is not finished, InvalidInput when no cause was chosen or one is not offered.
    """
    origin = _ended(campaign_id)
    offered = {cause.key for cause in failed_causes(origin)}
    chosen = sorted(set(causes))
    if not chosen:
        raise InvalidInput(_("Choose at least one cause."))
    if not offered.issuperset(chosen):
        raise InvalidInput(_("Nobody stands there for this cause any more. Look at the list once more."))
    name = _("%(name)s, again to those not reached") % {"name": origin.name[:110]}
    draft = _draft(origin, name, actor)
    draft.origin_kind, draft.origin_causes = OriginKind.FAILED, chosen
    draft.save()
    return _recorded(draft, actor)


@transaction.atomic
def follow_up_joined(campaign_id: int, *, actor: User | None) -> Campaign:
    """Make a draft with the same message for those who match the audience now and were written to by none of the family.

    Raises Conflict while the campaign is not finished, InvalidInput when its people were those of another campaign.
    """
    origin = _ended(campaign_id)
    if origin.origin_kind == OriginKind.FAILED:
        raise InvalidInput(_("Nobody joins the people that a campaign did not reach. Begin from the first campaign."))
    draft = _draft(origin, _("%(name)s, to those who joined since") % {"name": origin.name[:110]}, actor)
    draft.origin_kind, draft.is_to_everybody = OriginKind.JOINED, origin.is_to_everybody
    draft.save()
    for name in AUDIENCE_FIELDS:
        getattr(draft, name).set(getattr(origin, name).all())
    return _recorded(draft, actor)


def count_joined(campaign: Campaign) -> int:
    """How many match the audience of a finished campaign now and were written to by none of the family."""
    now = Campaign.objects.get(pk=campaign.pk)
    now.frozen_segments = {}  # the segments of today, as its follow-up will ask them
    return without_those_written_to(audience_of(now), family_of(now)).order_by().count()


def said_version(campaign: Campaign) -> MessageVersion | None:
    """What a started campaign said to most: its message, or the winner of its A/B test."""
    split = split_of(campaign)
    if split is None or split.winner_number is None:
        return campaign.version
    return next(found.words.version for found in versions_of(campaign) if found.number == split.winner_number)


def says_as_before(campaign: Campaign) -> bool:
    """Whether a follow-up would say word for word what its original said: words, layout, snippets, files."""
    before = said_version(campaign.origin) if campaign.origin else None
    if before is None or before.subject != campaign.subject or not sends_same_files(campaign, before):
        return False
    return lasting_words(version_source(before)) == lasting_words(draft_source(campaign))


def take_over_version(campaign: Campaign) -> bool:
    """Let an unchanged follow-up go out as the very version of its original; call it in place of freezing its message.

    Sets `campaign.version` without saving. False when it says something else, or follows nothing.
    """
    if campaign.origin is None or not says_as_before(campaign):
        return False
    campaign.version = said_version(campaign.origin)
    return True


def _ended(campaign_id: int) -> Campaign:
    campaign = Campaign.objects.filter(pk=campaign_id, campaign_kind=CampaignKind.CAMPAIGN).first()
    if campaign is None:
        raise Conflict(_("This campaign no longer exists."))
    if campaign.status not in ENDED:
        text = _("“%(name)s” is %(status)s. It can be sent again when it is completed or cancelled.")
        raise Conflict(text % {"name": campaign.name, "status": campaign.get_status_display()})
    return campaign


def _draft(origin: Campaign, name: str, actor: User | None) -> Campaign:
    draft = copied_draft(origin, said_version(origin) or origin, name=name, actor=actor)
    draft.origin = origin
    return draft


def _recorded(draft: Campaign, actor: User | None) -> Campaign:
    if draft.origin is not None:
        copy_files(draft.origin, draft)
    record_revision(draft, actor=actor)
    record_activity("campaign.followed_up", actor=actor, target=draft, source_id=draft.origin_id)
    return draft
