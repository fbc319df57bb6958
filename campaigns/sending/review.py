"""What the review page says: who gets the campaign and who not, how long and how dear, and what to mend before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.messages.checks import Level, MessageCheck, check_message
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import house_layout, layout_values, message_required_fields, message_source
from campaigns.segments.frozen import segments_of
from campaigns.sending.audience import AudienceReview, has_audience, review_audience
from campaigns.sending.drafts import MESSAGE_FIELDS
from campaigns.sending.estimate import Estimate, estimate, usable_quota
from campaigns.sending.identities import is_verified
from campaigns.sending.missing_values import lacking_check
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.readiness import missing_parts
from campaigns.sending.states import CampaignKind, Reason
from portal.errors import InvalidInput
from portal.wording import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.audience.models import ContactList, Tag
    from campaigns.segments.frozen import Asked


SAID_AS_MISSING = frozenset({"empty_subject", "empty_body"})


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


def review_campaign(campaign: Campaign) -> Review:
    """Look at a draft as it is now; counts the audience once."""
    audience = _audience(campaign)
    expected = estimate(campaign.account, audience.will_get) if audience and campaign.account else None
    return Review(audience, expected, list(_checks(campaign, audience, expected)), audience_text(campaign))


def require_sendable(campaign: Campaign) -> None:
    """Raise InvalidInput with every point that blocks Send; the audience is not counted for it."""
    blocking = [check.text for check in _blocking_checks(campaign) if check.level is Level.BAD]
    if blocking:
        raise InvalidInput(" ".join(blocking))


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


def _blocking_checks(campaign: Campaign) -> Iterator[MessageCheck]:
    for text in missing_parts(campaign):
        yield MessageCheck(Level.BAD, "missing_part", text)
    words = check_message(message_source(campaign, layout_values(house_layout())))
    yield from (check for check in words if check.code not in SAID_AS_MISSING)
    if campaign.from_address:
        yield _sender_check(campaign.from_address)


def _checks(campaign: Campaign, audience: AudienceReview | None, expected: Estimate | None) -> Iterator[MessageCheck]:
    yield from _blocking_checks(campaign)
    if audience is not None:
        yield from _audience_checks(campaign, audience)
    if expected is not None:
        yield _quota_check(campaign, expected)
    yield _test_check(campaign)


def _sender_check(address: str) -> MessageCheck:
    known = is_verified(address)
    if known is None:
        text = _("SES could not be asked whether it lets you send from %s.") % address
        return MessageCheck(Level.WARN, "sender_unknown", text)
    if known:
        return MessageCheck(Level.GOOD, "sender", _("SES lets you send from %s.") % address)
    text = _("%s is not verified in SES, nor is its domain: SES would refuse every mail.") % address
    return MessageCheck(Level.BAD, "sender_not_verified", text)


def _audience_checks(campaign: Campaign, audience: AudienceReview) -> Iterator[MessageCheck]:
    if not audience.will_get:
        yield MessageCheck(Level.BAD, "nobody", _("Nobody is left who would get it."))
    if missing := audience.left_out.get(Reason.MISSING_VALUE, 0):
        yield lacking_check(missing, message_required_fields(campaign))


def _quota_check(campaign: Campaign, expected: Estimate) -> MessageCheck:
    account = campaign.account
    if account is not None and not account.is_sending_enabled:
        text = _("SES does not let this account send: %s") % (account.problem or _("no reason given"))
        return MessageCheck(Level.WARN, "account_stopped", text)
    if expected.waits_for_quota:
        text = _("24-hour quota: %s go out only when the quota frees again.") % format_count(expected.waits_for_quota)
        return MessageCheck(Level.WARN, "quota", text)
    left = usable_quota(account) if account is not None else 0
    shown = _("without limit") if left == float("inf") else format_count(left)
    return MessageCheck(Level.GOOD, "quota", _("24-hour quota: enough (%s left).") % shown)


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
