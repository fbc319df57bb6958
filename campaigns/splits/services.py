"""Deciding an A/B test: by its rule when its time has come, or by a person. The winner is one conditional update."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.sending.lanes import publish_lanes
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.states import CampaignStatus
from campaigns.splits.assignment import REST
from campaigns.splits.deciding import Verdict, judge
from campaigns.splits.figures import read_figures
from campaigns.splits.models import SplitTest, letter_of
from portal.activity import record_activity
from portal.alerts.models import Severity
from portal.alerts.services import clear_alert, raise_alert
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

ALERT_CODE = "campaign.winner"
_UNDER_WAY = (CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED)
_TRACKED_RULES = frozenset({SplitTest.Rule.OPENS, SplitTest.Rule.CLICKS})


def choose_winner(campaign_id: int, number: int, *, actor: User) -> SplitTest:
    """Let the rest of the audience get this version; also before the test is over.

    Raises Conflict when a winner was chosen before (it stays) or the campaign is not under way, InvalidInput when there
    is no such version.
    """
    split = SplitTest.objects.select_related("campaign").filter(campaign_id=campaign_id).first()
    if split is None or not 1 <= number <= 1 + split.versions.count():
        raise InvalidInput(_("There is no such version to choose."))
    if split.campaign.status not in _UNDER_WAY:
        text = _("“%(name)s” is %(status)s: there is nothing to choose a winner for.")
        raise Conflict(text % {"name": split.campaign, "status": split.campaign.get_status_display()})
    if not _decide(split, number, how=SplitTest.How.HAND, actor=actor):
        split.refresh_from_db()
        raise Conflict(_("Version %s was chosen a moment ago, and stays.") % letter_of(split.winner_number or 0))
    return split


@transaction.atomic
def _decide(split: SplitTest, number: int, *, how: str, actor: User | None) -> bool:
    """Set the winner unless there is one; whoever comes second changes nothing."""
    undecided = SplitTest.objects.filter(pk=split.pk, winner_number=None, campaign__status__in=_UNDER_WAY)
    decided = undecided.update(
        winner_number=number, decided_how=how, decided_at=timezone.now(), decided_by=actor, asks=""
    )
    if not decided:
        return False
    campaign = Campaign.objects.get(pk=split.campaign_id)
    record_activity("split.decided", actor=actor, target=campaign, version=letter_of(number), how=how)
    clear_alert(ALERT_CODE, subject_key=str(campaign.pk))
    if campaign.status == CampaignStatus.IN_PROGRESS:
        publish_lanes(campaign)
    logger.info("split.decided", extra={"campaign": campaign.pk, "version": number, "how": how})
    return True


def settle_splits() -> int:
    """Look at every test under way; called by the sweep. Returns how many winners the rules gave."""
    _withdraw_questions()
    open_tests = SplitTest.objects.filter(winner_number=None, campaign__status=CampaignStatus.IN_PROGRESS)
    return sum(_settle(split) for split in open_tests.select_related("campaign"))


def _settle(split: SplitTest) -> bool:
    if split.asks or not _has_rest(split):
        return False
    if split.tested_at is None:
        _note_tested(split)
        return False
    if timezone.now() < split.tested_at + timedelta(minutes=split.wait_minutes):
        return False
    if split.rule == SplitTest.Rule.HAND:
        return _ask(split, SplitTest.Asks.HAND)
    if split.rule in _TRACKED_RULES and not split.campaign.is_tracked:
        return _ask(split, SplitTest.Asks.UNTRACKED)
    verdict = judge([figures.measured(split.rule) for figures in read_figures(split.campaign)])
    return _follow(split, verdict)


def _follow(split: SplitTest, verdict: Verdict) -> bool:
    if verdict.winner is not None:
        return _decide(split, verdict.winner, how=SplitTest.How.RULE, actor=None)
    takes_leader = split.when_unclear == SplitTest.WhenUnclear.LEAD and verdict.asks == SplitTest.Asks.UNCLEAR
    if takes_leader and verdict.leader is not None:
        return _decide(split, verdict.leader, how=SplitTest.How.LEAD, actor=None)
    return _ask(split, SplitTest.Asks(verdict.asks))


def _note_tested(split: SplitTest) -> None:
    """Start the clock once everybody in the test has been dealt with."""
    tested = Chunk.objects.filter(campaign_id=split.campaign_id).exclude(part=REST)
    if not tested.filter(is_open=True).exists():
        SplitTest.objects.filter(pk=split.pk, tested_at=None).update(tested_at=timezone.now())


def _has_rest(split: SplitTest) -> bool:
    """Whether anybody waits for the winner; where nobody does, the campaign is simply done after its test."""
    return Chunk.objects.filter(campaign_id=split.campaign_id, part=REST, is_open=True).exists()


@transaction.atomic
def _ask(split: SplitTest, why: SplitTest.Asks) -> bool:
    """Ask a person, once: the status stands on the campaign's pages, the alert leads there. Always False."""
    if SplitTest.objects.filter(pk=split.pk, winner_number=None, asks="").update(asks=why):
        raise_alert(
            ALERT_CODE,
            subject_key=str(split.campaign_id),
            text=_("“%(name)s” waits for you to choose the winner of its A/B test: %(why)s.")
            % {"name": split.campaign.name, "why": why.label},
            url=reverse("admin:campaigns_campaign_split", args=[split.campaign_id]),
            severity=Severity.WARN,
        )
    return False


def _withdraw_questions() -> None:
    """Nothing is asked any more where the campaign has ended without a winner."""
    ended = SplitTest.objects.filter(winner_number=None).exclude(asks="").exclude(campaign__status__in=_UNDER_WAY)
    for split in ended:
        if SplitTest.objects.filter(pk=split.pk, winner_number=None).update(asks=""):
            clear_alert(ALERT_CODE, subject_key=str(split.campaign_id))
