"""What became of tests, and whether they still show what would be sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from campaigns.attachments.owner import sends_same_files
from campaigns.audience.models import Contact
from campaigns.messages.services import draft_source, version_source
from campaigns.sending.drafts import ENVELOPE_FIELDS
from campaigns.sending.models import Acceptance, Campaign, Delivery
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.contrib.auth.models import User

    from campaigns.messages.models import MessageVersion
    from campaigns.messages.source import MessageSource

MARK = "[Test] "
_ON_THE_WAY = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED, DeliveryState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What became of the test to one address. `reason` and `ses_message_id` are "" where there is none."""

    address: str
    state: DeliveryState
    reason: str = ""
    ses_message_id: str = ""

    @property
    def is_final(self) -> bool:
        return self.state not in _ON_THE_WAY


@dataclass(frozen=True, slots=True)
class Trial:
    """One test, to all its addresses: who sent it, when, as whom it was written, what became of it."""

    version: MessageVersion
    sample: Campaign  # the test to the first address
    seen_as: Contact | None
    results: list[TrialResult]

    @property
    def name(self) -> str:
        return self.sample.name.removeprefix(MARK)

    @property
    def sent_by(self) -> User | None:
        return self.sample.created_by

    @property
    def sent_at(self) -> datetime | None:
        return self.sample.started_at

    @property
    def campaign(self) -> Campaign | None:
        """What was tested, also where it was one version of it; None for a template."""
        tested = self.sample.parent
        return tested.parent if tested and tested.campaign_kind == CampaignKind.VERSION else tested

    @property
    def is_final(self) -> bool:
        return all(result.is_final for result in self.results)


def last_trial(campaign: Campaign) -> Trial | None:
    """The newest test of this campaign."""
    newest = campaign.tests.filter(campaign_kind=CampaignKind.TEST).order_by("-pk").first()
    return read_trial(newest.version_id) if newest and newest.version_id else None


def read_trial(version_id: int) -> Trial | None:
    """The test that was frozen as this version; None when there is none."""
    tests = Campaign.objects.filter(version__id=version_id, campaign_kind=CampaignKind.TEST).order_by("pk")
    found = list(tests.select_related("version", "parent__parent", "created_by"))
    if not found or found[0].version is None:
        return None
    contact_ids = found[0].only_contact_ids
    seen_as = Contact.objects.filter(pk=contact_ids[0]).first() if contact_ids else None
    return Trial(found[0].version, found[0], seen_as, _results(found))


def has_changed_since(trial: Trial, campaign: Campaign) -> bool:
    """Whether the campaign would say something else now: words, pictures, layout, snippets, files or sender."""
    if any(getattr(trial.sample, name) != getattr(campaign, name) for name in ENVELOPE_FIELDS):
        return True
    if trial.version.subject != marked_subject(campaign.subject):
        return True
    if not sends_same_files(campaign, trial.version):
        return True
    return lasting_words(version_source(trial.version)) != lasting_words(draft_source(campaign))


def marked_subject(subject: str) -> str:
    """The subject of a test."""
    return f"{MARK}{subject}"[:300]


def lasting_words(source: MessageSource) -> MessageSource:
    """What is the same for a draft and the version it was frozen as, as long as nobody changes the draft."""
    snippets = tuple(sorted(source.snippets, key=lambda snippet: snippet.name))
    return replace(source, subject="", field_defaults=(), snippets=snippets)


def _results(tests: Sequence[Campaign]) -> list[TrialResult]:
    """One result for each test, also for those whose delivery is not written yet."""
    keys = {test.test_recipient.lower() for test in tests}
    deliveries = list(Delivery.objects.filter(address_key__in=keys, campaign_id__in=[test.pk for test in tests]))
    accepted = Acceptance.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
    message_ids = dict(accepted.values_list("delivery_id", "ses_message_id"))
    by_test = {delivery.campaign_id: delivery for delivery in deliveries}
    return [_result(test, by_test.get(test.pk), message_ids) for test in tests]


def _result(test: Campaign, delivery: Delivery | None, message_ids: Mapping[int, str]) -> TrialResult:
    if delivery is None:
        is_given_up = test.status in {CampaignStatus.FAILED, CampaignStatus.CANCELLED}
        state = DeliveryState.CANCELLED if is_given_up else DeliveryState.QUEUED
        return TrialResult(test.test_recipient, state, test.status_reason)
    reason = str(Reason(delivery.reason).label) if delivery.reason else test.status_reason
    return TrialResult(delivery.address, DeliveryState(delivery.state), reason, message_ids.get(delivery.pk, ""))
