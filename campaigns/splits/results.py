"""A test that was started, as its pages show it: the versions side by side and where the decision stands, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from campaigns.sending.states import CampaignStatus
from campaigns.sending.trial_results import has_changed_since, last_trial
from campaigns.splits.deciding import CLEAR_BELOW, Verdict, judge
from campaigns.splits.figures import Figures, read_figures
from campaigns.splits.models import SplitTest, letter_of
from campaigns.splits.versions import split_of, versions_of

if TYPE_CHECKING:
    from datetime import datetime

    from campaigns.sending.models import Campaign
    from campaigns.splits.versions import Version

_UNDER_WAY = frozenset({CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED})


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the table; shares are of those reached, delivered and bounced of those sent to."""

    number: int
    letter: str
    subject: str
    figures: Figures
    is_winner: bool

    @property
    def delivered_share(self) -> float | None:
        return _share(self.figures.delivered + self.figures.complained, self.figures.reached + self.figures.bounced)

    @property
    def opened_share(self) -> float | None:
        return _share(self.figures.opened, self.figures.reached)

    @property
    def clicked_share(self) -> float | None:
        return _share(self.figures.clicked, self.figures.reached)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that is shown of a test under way or over. `decides_at` is set while the rule waits for answers."""

    split: SplitTest
    rows: list[VersionRow]
    status: str
    confidence: str
    decides_at: datetime | None
    can_choose: bool
    is_tracked: bool

    @property
    def asks(self) -> bool:
        return bool(self.split.asks) and self.split.winner_number is None


def read_results(campaign: Campaign) -> Results | None:
    """The test of a campaign that was started; None where nothing is tested."""
    split = split_of(campaign)
    if split is None:
        return None
    figures = {found.number: found for found in read_figures(campaign)}
    rows = [
        VersionRow(
            version.number, version.letter, version.subject, figures.get(version.number, Figures(version.number)),
            version.number == split.winner_number,
        )
        for version in versions_of(campaign)
    ]  # fmt: skip
    is_open = split.winner_number is None and campaign.status in _UNDER_WAY
    return Results(
        split=split,
        rows=rows,
        status=_status(split, rows, is_open=is_open),
        confidence=_confidence(campaign, split, rows),
        decides_at=_decides_at(split) if is_open and not split.asks else None,
        can_choose=is_open,
        is_tracked=campaign.is_tracked,
    )


def version_rows(versions: list[Version]) -> list[dict[str, Any]]:
    """The versions as the set-up and the review list them; `is_tested`: sent as a test as it is now."""
    found = []
    for version in versions:
        trial = last_trial(version.words)
        is_tested = trial is not None and not has_changed_since(trial, version.words)
        shown = {"number": version.number, "letter": version.letter, "subject": version.subject}
        found.append({**shown, "is_tested": is_tested})
    return found


def split_context(campaign: Campaign) -> dict[str, Any]:
    """What the review shows of the test; nothing where nothing is tested."""
    split = split_of(campaign)
    return {"split": split, "versions": version_rows(versions_of(campaign))} if split else {}


def split_key(campaign: Campaign) -> str:
    """Changes when the live page has to be loaded again: the test is out, somebody is asked, there is a winner."""
    split = split_of(campaign)
    return f"{int(split.tested_at is not None)}{split.asks}{split.winner_number or 0}" if split else ""


def waits_for_winner(campaign: Campaign) -> bool:
    """Whether all that can leave has left, and the rest of the audience waits for the winner."""
    split = split_of(campaign) if campaign.status == CampaignStatus.IN_PROGRESS else None
    return split is not None and split.winner_number is None and split.tested_at is not None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _decides_at(split: SplitTest) -> datetime | None:
    return split.tested_at + timedelta(minutes=split.wait_minutes) if split.tested_at else None


def _status(split: SplitTest, rows: list[VersionRow], *, is_open: bool) -> str:
    if split.winner_number is not None:
        words = {"letter": letter_of(split.winner_number), "how": SplitTest.How(split.decided_how).label}
        return _("Version %(letter)s won, %(how)s. Everybody else gets it.") % words
    if not is_open:
        return _("The campaign ended before a winner was chosen.")
    if split.asks:
        return _("Choose the winner: %s.") % SplitTest.Asks(split.asks).label
    if split.tested_at is None:
        return _("The test is on its way to its people.")
    return _("The test is out and waits for answers. Everybody else waits for the winner.")


def _confidence(campaign: Campaign, split: SplitTest, rows: list[VersionRow]) -> str:
    """What the difference says, by the figure that decides; by hand: opens where they are counted, else delivered."""
    rule = split.rule
    if rule == SplitTest.Rule.HAND:
        rule = SplitTest.Rule.OPENS if campaign.is_tracked else SplitTest.Rule.DELIVERED
    verdict = judge([row.figures.measured(rule) for row in rows])
    measure = _MEASURES[SplitTest.Rule(rule)]()
    return f"{measure}: {_verdict_words(verdict)}"


_MEASURES = {
    SplitTest.Rule.OPENS: lambda: _("By people who opened it"),
    SplitTest.Rule.CLICKS: lambda: _("By people who clicked"),
    SplitTest.Rule.QUIET: lambda: _("By complaints and unsubscribes"),
    SplitTest.Rule.DELIVERED: lambda: _("By what was delivered"),
}


def _verdict_words(verdict: Verdict) -> str:
    if verdict.asks in {"no-data", "tie", "too-few"}:
        return {
            "no-data": _("nothing has been measured yet."),
            "tie": _("the best two are level."),
            "too-few": _("too few so far to tell a difference from chance."),
        }[verdict.asks]
    leader = letter_of(verdict.leader or 0)
    in_hundred = round(100 * (verdict.chance or 0))
    if verdict.chance is not None and verdict.chance < CLEAR_BELOW:
        if not in_hundred:
            return _("%s is ahead; chance alone would bring that in less than 1 of 100 tests.") % leader
        text = _("%(leader)s is ahead; chance alone would bring that in %(count)d of 100 tests.")
    else:
        text = _("%(leader)s leads, but that may be chance: it would come about in %(count)d of 100 tests by itself.")
    return text % {"leader": leader, "count": in_hundred}
