"""A follow-up in words: whom it is for, what the review says of it, and the way to its original and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.follow_ups.causes import Offer, offer_of, read_cause
from campaigns.follow_ups.services import says_as_before
from campaigns.messages.checks import Level, MessageCheck
from campaigns.sending.states import OriginKind

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign


def follow_up_text(campaign: Campaign, chosen: str) -> str:
    """Whom a follow-up is for; `chosen` are the groups of its audience in words."""
    if campaign.origin is None:
        return chosen
    name = campaign.origin.name
    if campaign.origin_kind == OriginKind.JOINED:
        return _("%(audience)s, without those written to by “%(name)s” or what followed it") % {
            "audience": chosen, "name": name,
        }  # fmt: skip
    reasons = ", ".join(str(read_cause(key)[1].label) for key in campaign.origin_causes)
    return _("those whom “%(name)s” did not reach: %(reasons)s") % {"name": name, "reasons": reasons}


def follow_up_points(campaign: Campaign) -> Iterator[MessageCheck]:
    """Whether it says the same as its original, and whether somebody may get the mail twice."""
    if campaign.origin is None:
        return
    name = campaign.origin.name
    if says_as_before(campaign):
        yield MessageCheck(Level.GOOD, "same_words", _("Says word for word what “%s” said.") % name)
    else:
        text = _("It says something else than “%s” did: the words, the layout or a snippet were changed.") % name
        yield MessageCheck(Level.WARN, "other_words", text, cure=_("Nothing to do if that is meant."))
    if any(offer_of(key) is Offer.MAY_HAVE_IT for key in campaign.origin_causes):
        text = _("The answer about some of these people was lost: they may have “%s” already and would get it twice.")
        link = reverse("admin:campaigns_campaign_again", args=[campaign.origin.pk])
        yield MessageCheck(Level.WARN, "may_have_it", text % name, link=link)
