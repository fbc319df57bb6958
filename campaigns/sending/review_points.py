"""The points of the review that depend on more than the words: parts, sender, audience, quota."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.attachments.checks import file_points
from campaigns.breakers.guard import why_account_is_held
from campaigns.feedback.tracking_check import tracking_points
from campaigns.messages.checks import Level, MessageCheck, check_message
from campaigns.messages.checks.point import AUDIENCE
from campaigns.messages.services import draft_source
from campaigns.sending.missing_values import lacking_check
from campaigns.sending.readiness import missing_parts
from campaigns.sending.sender_checks import sender_points
from campaigns.sending.states import Reason
from campaigns.splits.checks import rule_points, version_points
from campaigns.splits.versions import campaign_required_fields

if TYPE_CHECKING:
    from campaigns.sending.audience import AudienceReview
    from campaigns.sending.models import Campaign

SAID_AS_MISSING = frozenset({"empty_subject", "empty_body"})


def blocking_points(campaign: Campaign) -> Iterator[MessageCheck]:
    """The points among which those are that block Send; nobody is counted for them."""
    for text in missing_parts(campaign):
        yield MessageCheck(Level.BAD, "missing_part", text)
    yield from (point for point in check_message(draft_source(campaign)) if point.code not in SAID_AS_MISSING)
    yield from version_points(campaign)
    yield from rule_points(campaign)
    yield from sender_points(campaign)
    yield from tracking_points(campaign)
    yield from file_points(campaign)
    yield from _held_point(campaign)


def _held_point(campaign: Campaign) -> Iterator[MessageCheck]:
    """An account whose breaker waits for an answer starts no campaign."""
    text = why_account_is_held(campaign.account_id)
    if text:
        cure = _("Look at its campaigns, then let it start again on the page of the breakers.")
        url = reverse("admin:campaigns_breakerlimits_changelist")
        yield MessageCheck(Level.BAD, "account_held", text, cure=cure, link=url)


def audience_points(campaign: Campaign, audience: AudienceReview) -> Iterator[MessageCheck]:
    """Whether anybody is left, and who is left out for a missing value. The message compiles."""
    if not audience.will_get:
        cure = _("Choose other lists, tags or segments.")
        yield MessageCheck(Level.BAD, "nobody", _("Nobody is left who would get it."), place=AUDIENCE, cure=cure)
    if missing := audience.left_out.get(Reason.MISSING_VALUE, 0):
        yield lacking_check(campaign, missing, draft_source(campaign), campaign_required_fields(campaign))
