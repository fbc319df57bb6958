from __future__ import annotations

import pytest

from campaigns.feedback.tracking_check import tracking_points
from campaigns.sending.drafts import copy_campaign
from campaigns.sending.forms import CampaignForm
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.sender import envelope_of
from tests.factories.sending import make_account, make_campaign

pytestmark = pytest.mark.django_db


def campaign_with(*, tracking_set: str, is_tracked: bool) -> Campaign:
    account = make_account()
    account.configuration_set, account.tracking_configuration_set = "plain", tracking_set
    account.save()
    return make_campaign(account=account, is_tracked=is_tracked)


@pytest.mark.parametrize(
    ("tracking_set", "is_tracked", "chosen"),
    [("tracked", True, "tracked"), ("tracked", False, "plain"), ("", True, "plain")],
)
def test_only_a_campaign_that_asks_for_it_goes_through_the_set_with_tracking(tracking_set, is_tracked, chosen):
    campaign = campaign_with(tracking_set=tracking_set, is_tracked=is_tracked)
    assert envelope_of(campaign).configuration_set == chosen


def test_counting_is_off_until_somebody_switches_it_on():
    assert not make_campaign().is_tracked


def test_the_switch_is_not_offered_where_no_account_could_count():
    campaign_with(tracking_set="tracked", is_tracked=False)
    assert "is_tracked" in CampaignForm().fields
    SendingAccount.objects.update(tracking_configuration_set="")
    assert "is_tracked" not in CampaignForm().fields


def test_review_says_when_counting_cannot_work():
    codes = [point.code for point in tracking_points(campaign_with(tracking_set="", is_tracked=True))]
    assert codes == ["tracking_missing"]
    codes = [point.code for point in tracking_points(campaign_with(tracking_set="tracked", is_tracked=True))]
    assert codes == ["tracking"]
    assert not list(tracking_points(campaign_with(tracking_set="", is_tracked=False)))


def test_copy_counts_as_its_original_does():
    campaign = campaign_with(tracking_set="tracked", is_tracked=True)
    assert copy_campaign(campaign.pk, actor=None).is_tracked
