"""What the review page says: who gets the campaign and who not, how long and how dear, and what to mend before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.messages.checks import Level, MessageCheck, worst_first
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import draft_source
from campaigns.segments.frozen import segments_of
from campaigns.sending.audience import AudienceReview, has_audience, review_audience
from campaigns.sending.drafts import MESSAGE_FIELDS
from campaigns.sending.estimate import Estimate, estimate
from campaigns.sending.link_checks import link_visit_points
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.review_points import audience_points, blocking_points, quota_point
from campaigns.sending.states import CampaignKind
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.audience.models import ContactList, Tag
    from campaigns.segments.frozen import Asked


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
    audience = _audience(campaign)
    expected = estimate(campaign.account, audience.will_get) if audience and campaign.account else None
    checks = worst_first(list(_checks(campaign, audience, expected)))
    return Review(audience, expected, checks, audience_text(campaign))


def require_sendable(campaign: Campaign) -> None:
    """Raise InvalidInput with every point that blocks Send; the audience is not counted for it."""
    blocking = [point for point in blocking_points(campaign) if point.level is Level.BAD]
    if blocking:
        raise InvalidInput(" ".join(point.sentence for point in blocking))


def require_accepted(campaign: Campaign, accepted: Iterable[str]) -> list[MessageCheck]:
    """The points to look at, all of which the person has accepted by their codes. Raises Conflict for the others."""
    warnings = review_campaign(campaign).warnings
    if not {point.code for point in warnings} <= set(accepted):
        text = _(
            "There are points to look at that you have not seen yet. Look at them, then send all the same or mend them."
        )
        raise Conflict(text)
    return warnings


def audience_text(campaign: Campaign) -> str:
    """The chosen audience in words."""
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


def last_test(campaign: Campaign) -> Campaign | None:
    """The newest test of this campaign."""
    return campaign.tests.filter(campaign_kind=CampaignKind.TEST).order_by("-pk").first()


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


def _checks(campaign: Campaign, audience: AudienceReview | None, expected: Estimate | None) -> Iterator[MessageCheck]:
    yield from blocking_points(campaign)
    if audience is not None:
        yield from audience_points(campaign, audience)
    if expected is not None:
        yield quota_point(campaign, expected)
    yield from link_visit_points(draft_source(campaign))
    yield _test_check(campaign)


def _test_check(campaign: Campaign) -> MessageCheck:
    test = last_test(campaign)
    if test is None:
        return MessageCheck(Level.WARN, "no_test", _("You have not sent a test."))
    values = {"recipient": test.test_recipient, "state": outcome_of_test(test)}
    if not _says_the_same(test, campaign):
        return MessageCheck(Level.WARN, "old_test", _("Changed since the last test (to %(recipient)s).") % values)
    return MessageCheck(Level.GOOD, "test", _("Last test: to %(recipient)s, %(state)s.") % values)


def outcome_of_test(test: Campaign) -> str:
    """What became of a test, in a word or two."""
    chunk = test.chunks.first()
    delivery = Delivery.objects.filter(pk=chunk.first_delivery_id).first() if chunk else None
    return str(delivery.get_state_display() if delivery else test.get_status_display())


def _says_the_same(test: Campaign, campaign: Campaign) -> bool:
    names = [name for name in MESSAGE_FIELDS if name != "subject"]
    same_words = all(getattr(test, name) == getattr(campaign, name) for name in names)
    return same_words and test.subject.endswith(campaign.subject[:200])
