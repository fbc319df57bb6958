"""What the review page says: who gets the campaign and who not, how long and how dear, and what to mend before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.attachments.checks import mass_points
from campaigns.attachments.personal import Coverage, coverage_of, without_the_fileless
from campaigns.follow_ups.words import follow_up_points, follow_up_text
from campaigns.images.checks import embedding_points
from campaigns.messages.checks import Level, MessageCheck, worst_first
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import draft_source
from campaigns.segments.frozen import segments_of
from campaigns.sending.audience import AudienceReview, has_audience, review_audience
from campaigns.sending.estimate import Estimate, estimate
from campaigns.sending.link_checks import link_visit_points
from campaigns.sending.models import Campaign
from campaigns.sending.quota_points import quota_points
from campaigns.sending.review_points import audience_points, blocking_points
from campaigns.sending.states import DeliveryState
from campaigns.sending.trial_results import has_changed_since, last_trial
from campaigns.splits.checks import size_points, trial_points
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.audience.models import ContactList, Tag
    from campaigns.segments.frozen import Asked


TEST_FAILED = frozenset({DeliveryState.BOUNCED, DeliveryState.REFUSED, DeliveryState.SKIPPED, DeliveryState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Review:
    """Everything the review page shows about one draft. `audience` is None while it cannot be worked out."""

    audience: AudienceReview | None
    estimate: Estimate | None
    checks: list[MessageCheck]
    audience_text: str

    @property
    def will_get(self) -> int:
        return self.audience.will_get if self.audience else 0

    @property
    def can_send(self) -> bool:
        return self.will_get > 0 and not any(check.level is Level.BAD for check in self.checks)

    @property
    def warnings(self) -> list[MessageCheck]:
        """What Send asks about."""
        return [check for check in self.checks if check.level is Level.WARN]


def review_campaign(campaign: Campaign) -> Review:
    """Look at a draft as it is now; counts the audience once."""
    audience, coverage = _audience(campaign), None
    if audience is not None and (coverage := coverage_of(campaign)) is not None:
        audience = without_the_fileless(audience, campaign, coverage)
    expected = _expected(campaign, audience)
    checks = worst_first(list(_checks(campaign, audience, expected, coverage)))
    return Review(audience, expected, checks, audience_text(campaign))


def _expected(campaign: Campaign, audience: AudienceReview | None) -> Estimate | None:
    if audience is None or campaign.account is None:
        return None
    return estimate(campaign.account, audience.will_get, start_at=campaign.scheduled_at, campaign_id=campaign.pk)


def require_sendable(campaign: Campaign) -> None:
    """Raise InvalidInput with every point that blocks Send; the audience is not counted for it."""
    blocking = [point for point in blocking_points(campaign) if point.level is Level.BAD]
    if blocking:
        raise InvalidInput(" ".join(point.sentence for point in blocking))


def require_accepted(campaign: Campaign, accepted: Iterable[str]) -> list[MessageCheck]:
    """The points to look at, all of which the person has accepted by their codes.

    Raises InvalidInput with the points that block, Conflict when one to look at was not accepted.
    """
    seen = review_campaign(campaign)
    if blocking := [point.sentence for point in seen.checks if point.level is Level.BAD]:
        raise InvalidInput(" ".join(blocking))
    if not {point.code for point in seen.warnings} <= set(accepted):
        text = _("Some points are worth a look before this is sent. Press Send once more to send it all the same.")
        raise Conflict(text)
    return seen.warnings


def audience_text(campaign: Campaign) -> str:
    """The audience in words."""
    return follow_up_text(campaign, _chosen_text(campaign))


def _chosen_text(campaign: Campaign) -> str:
    """The chosen groups in words."""
    segments = segments_of(campaign)
    included = [
        *_names(campaign.include_lists.all()),
        *_tagged(campaign.include_tags.all()),
        *_in_segments(segments.include),
    ]
    text = _("everybody") if campaign.is_to_everybody else _(" or ").join(included)
    excluded = [
        *_names(campaign.exclude_lists.all()),
        *_tagged(campaign.exclude_tags.all()),
        *_in_segments(segments.exclude),
    ]
    if not excluded:
        return text or _("nobody was chosen yet")
    return _("%(audience)s, but not %(excluded)s") % {"audience": text, "excluded": _(" or ").join(excluded)}


def _names(lists: Iterable[ContactList]) -> list[str]:
    return [_("on “%s”") % contact_list.name for contact_list in lists]


def _tagged(tags: Iterable[Tag]) -> list[str]:
    return [_("tagged “%s”") % tag.name for tag in tags]


def _in_segments(segments: Iterable[Asked]) -> list[str]:
    return [_("in the segment “%s”") % segment.name for segment in segments]


def _audience(campaign: Campaign) -> AudienceReview | None:
    if not has_audience(campaign):
        return None
    try:
        return review_audience(campaign)
    except TemplateInvalid:
        return None


def _checks(
    campaign: Campaign, audience: AudienceReview | None, expected: Estimate | None, coverage: Coverage | None
) -> Iterator[MessageCheck]:
    yield from blocking_points(campaign)
    if audience is not None:
        yield from audience_points(campaign, audience)
        yield from size_points(campaign, audience.will_get)
    if expected is not None:
        yield from quota_points(campaign, expected)
    source = draft_source(campaign)
    yield from follow_up_points(campaign)
    yield from link_visit_points(source)
    yield from embedding_points(source, audience.will_get if audience else 0)
    if audience is not None:
        yield from mass_points(campaign, audience.will_get, coverage)
    yield _test_check(campaign)
    yield from trial_points(campaign)


def _test_check(campaign: Campaign) -> MessageCheck:
    trial = last_trial(campaign)
    if trial is None:
        text = _("You have not sent a test.")
        return MessageCheck(Level.WARN, "no_test", text, cure=_("Send one to yourself and look at it in your inbox."))
    if has_changed_since(trial, campaign):
        text = _("The message was changed since the last test.")
        return MessageCheck(Level.WARN, "old_test", text, cure=_("Send another one."))
    if lost := [result.address for result in trial.results if result.state in TEST_FAILED]:
        text = _("The last test did not reach %s.") % ", ".join(lost[:3])
        return MessageCheck(Level.WARN, "lost_test", text, cure=_("Look at what became of it below."))
    return MessageCheck(Level.GOOD, "test", _("Tested as it is now, to %s.") % trial.results[0].address)
