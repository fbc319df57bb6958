"""The points of the review that an A/B test adds: every version is checked, and whether the test can tell anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.messages.checks import Level, MessageCheck, check_message
from campaigns.sending.trial_results import has_changed_since, last_trial
from campaigns.splits.confidence import smallest_difference
from campaigns.splits.models import SplitTest
from campaigns.splits.versions import split_of, versions_of
from portal.wording import format_count, format_percent

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign
    from campaigns.splits.versions import Version

LEAST_TOLD = 1_000  # people for each version, from which on the usual differences show
_TYPICAL_SHARE = {
    SplitTest.Rule.OPENS: 0.25,
    SplitTest.Rule.CLICKS: 0.03,
    SplitTest.Rule.QUIET: 0.005,
    SplitTest.Rule.DELIVERED: 0.98,
    SplitTest.Rule.HAND: 0.25,
}
_TRACKED = {SplitTest.Rule.OPENS, SplitTest.Rule.CLICKS}


def version_points(campaign: Campaign) -> Iterator[MessageCheck]:
    """What is to be mended in each further version; those among them that block are red. Nobody is counted."""
    versions = versions_of(campaign)
    known = list(_own_points(versions[0])) if len(versions) > 1 else []  # said of A already, often of the same words
    for version in versions[1:]:
        yield from (_marked(campaign, version, point) for point in _own_points(version) if point not in known)
        if version.source == versions[0].source:
            text = _("Version %s says the same as version A.") % version.letter
            yield _point(campaign, Level.WARN, f"same_version_{version.number}", text)


def rule_points(campaign: Campaign) -> Iterator[MessageCheck]:
    """Whether the rule can find a winner at all."""
    split = split_of(campaign)
    if split is not None and split.rule in _TRACKED and not campaign.is_tracked:
        text = _("The winner is found by opens or clicks, but this campaign does not count them.")
        cure = _("Let it count opens and clicks, or let another rule find the winner.")
        yield _point(campaign, Level.BAD, "split_untracked", text, cure)


def size_points(campaign: Campaign, will_get: int) -> Iterator[MessageCheck]:
    """How many people each version goes to, and what such a number can tell."""
    split = split_of(campaign)
    if split is None or not will_get:
        return
    count = 1 + split.versions.count()
    each = will_get * split.share_percent // 100 // count
    text = _("A/B test: each of the %(versions)d versions goes to about %(each)s people, %(rest)s wait for the winner.")
    values = {
        "versions": count, "each": format_count(each), "rest": format_count(will_get - each * count),
    }  # fmt: skip
    if each >= LEAST_TOLD:
        yield _point(campaign, Level.GOOD, "split_size", text % values)
        return
    yield _point(campaign, Level.WARN, "split_small", f"{text % values} {_telling(split, each)}")


def trial_points(campaign: Campaign) -> Iterator[MessageCheck]:
    """Whether each further version was seen in an inbox, as it is now."""
    for version in versions_of(campaign)[1:]:
        trial = last_trial(version.words)
        if trial is not None and not has_changed_since(trial, version.words):
            continue
        text = _("You have not sent version %s as a test, as it is now.") % version.letter
        yield _point(
            campaign, Level.WARN, f"no_test_{version.number}", text, _("Send one from the page of the A/B test.")
        )


def _telling(split: SplitTest, each: int) -> str:
    share = _TYPICAL_SHARE[SplitTest.Rule(split.rule)]
    reach = smallest_difference(each, share)
    if not each or (share + reach > 1 and share - reach < 0):
        return _("That is too few to tell any difference from chance.")
    other = share + reach if share + reach <= 1 else share - reach
    text = _(
        "That is few: only a difference like %(one)s against %(other)s would usually show, smaller ones look like chance."
    )
    return text % {"one": format_percent(share), "other": format_percent(other)}


def _own_points(version: Version) -> Iterator[MessageCheck]:
    if not version.words.subject.strip():
        yield MessageCheck(Level.BAD, "empty_subject", _("Write a subject."))
    if not version.words.body.strip():
        yield MessageCheck(Level.BAD, "empty_body", _("Write the message."))
    said = {"empty_subject", "empty_body"}
    yield from (
        point for point in check_message(version.source) if point.level is not Level.GOOD and point.code not in said
    )


def _marked(campaign: Campaign, version: Version, point: MessageCheck) -> MessageCheck:
    where = f"{point.where}: " if point.where else ""
    link = reverse("admin:campaigns_campaign_split_version", args=[campaign.pk, version.number])
    text = _("Version %(letter)s: %(text)s") % {"letter": version.letter, "text": where + point.text}
    return replace(point, code=f"v{version.number}_{point.code}", text=text, place="", line=0, column=0, link=link)


def _point(campaign: Campaign, level: Level, code: str, text: str, cure: str = "") -> MessageCheck:
    link = "" if level is Level.GOOD else reverse("admin:campaigns_campaign_split", args=[campaign.pk])
    return MessageCheck(level, code, text, cure=cure, link=link)
