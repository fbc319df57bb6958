from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.breakers.models import BreakerTrip
from campaigns.breakers.services import check_accounts, let_account_start
from campaigns.sending.models import Campaign
from campaigns.sending.review import require_sendable
from campaigns.sending.states import CampaignStatus
from portal.alerts.models import Alert
from portal.errors import InvalidInput
from portal.models import Activity
from tests.factories.breakers import make_answered
from tests.factories.sending import make_account, make_campaign

pytestmark = pytest.mark.django_db

DONE = CampaignStatus.COMPLETED


def held_reason(campaign: Campaign) -> str:
    try:
        require_sendable(campaign)
    except InvalidInput as error:
        return str(error)
    return ""


def test_campaigns_of_a_week_are_measured_together():
    make_answered(delivered=470, bounced=30, status=DONE)
    assert check_accounts() == 0
    make_answered(delivered=470, bounced=30, status=DONE)
    assert check_accounts() == 1
    assert "60 of 1,000" in Alert.objects.get().text
    assert check_accounts() == 0


def test_held_account_starts_no_campaign_and_says_why():
    make_answered(bounced=51, status=DONE)
    draft = make_campaign("Next letter")
    assert "starts no campaign" not in held_reason(draft)
    check_accounts()
    assert "“Main” starts no campaign: 51 of 51 mailboxes" in held_reason(draft)


def test_other_accounts_go_on():
    make_answered(bounced=51, status=DONE)
    check_accounts()
    assert "starts no campaign" not in held_reason(make_campaign(account=make_account(name="Second")))


def test_one_small_campaign_does_not_hold_the_account():
    make_answered(bounced=50, status=DONE)
    assert check_accounts() == 0


def test_older_campaigns_no_longer_count():
    campaign = make_answered(bounced=60, status=DONE)
    Campaign.objects.filter(pk=campaign.pk).update(planned_at=timezone.now() - timedelta(days=8))
    assert check_accounts() == 0


def test_account_starts_again_with_a_reason_and_counts_anew(admin_user):
    campaign = make_answered(bounced=51, status=DONE)
    check_accounts()
    with pytest.raises(InvalidInput):
        let_account_start(campaign.account_id, reason_text="", actor=admin_user)
    let_account_start(campaign.account_id, reason_text="The list is cleaned.", actor=admin_user)
    assert Activity.objects.get(verb="account.let_go_on").details["reason"] == "The list is cleaned."
    assert not Alert.objects.filter(cleared_at=None).exists()
    assert "starts no campaign" not in held_reason(make_campaign("Next letter"))
    assert check_accounts() == 0
    make_answered(bounced=51)
    assert check_accounts() == 1
    assert BreakerTrip.objects.filter(campaign=None).count() == 2
