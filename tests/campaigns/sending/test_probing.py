"""While the provider lets nothing out, one group a minute tries, nobody loses an attempt, and the log says it once."""

from __future__ import annotations

import pytest
from django.db.models import F

from campaigns.sending.models import Chunk, Delivery, SendingAccount
from campaigns.sending.pacing import Denial, Lane, begin_probing, end_probing, reserve
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import DeliveryState, Reason
from campaigns.sending.watch import watch_accounts
from portal.errors import Refused, Throttled
from portal.models import Activity
from tests.factories.running import running_campaign, send_all, states_of
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db

LANES = 2
PAUSED = Refused("Sending paused for this account.", service="ses", code="SendingPausedException")
USED_UP = Throttled("Daily message quota exceeded.", service="ses", code="LimitExceededException")


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 5


def a_minute_later() -> None:
    """As the clock, the resting chunks and the quota refresh of a minute would leave it; SES shows itself open."""
    SendingAccount.objects.update(next_probe_at_s=F("next_probe_at_s") - 60, is_sending_enabled=True)
    Chunk.objects.update(retry_at=None)


@pytest.mark.parametrize(
    ("error", "minutes"),
    [(PAUSED, 20), (USED_UP, 20), pytest.param(PAUSED, 360, marks=pytest.mark.long)],
    ids=["paused", "quota", "paused for six hours"],
)
def test_a_closed_provider_costs_one_call_a_minute_and_nobody_an_attempt(ses, error, minutes):
    campaign = running_campaign(40)
    ses.fail_always(error)
    calls = []
    for _minute in range(minutes):
        a_minute_later()
        before = ses.calls
        for _lane in range(LANES):
            send_next_chunk(campaign.pk, sleep=lambda _s: None)
        calls.append(ses.calls - before)
    assert (max(calls), sum(calls)) == (1, minutes)
    assert set(states_of(campaign)) <= {DeliveryState.QUEUED, DeliveryState.DEFERRED}
    assert set(Delivery.objects.values_list("attempt_count", flat=True)) == {0}
    assert Activity.objects.filter(verb="account.stopped").count() == (error is PAUSED)

    ses.lasting_failure = None
    a_minute_later()
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 40}
    assert sorted(ses.recipients()) == sorted(set(ses.recipients()))


def test_an_entry_that_says_so_is_enough(ses):
    campaign = running_campaign(20)
    ses.statuses = [*["SUCCESS"] * 3, *["ACCOUNT_DAILY_QUOTA_EXCEEDED"] * 2]
    for _lane in range(LANES):
        send_next_chunk(campaign.pk, sleep=lambda _s: None)
    assert ses.calls == 1
    assert set(Delivery.objects.values_list("reason", flat=True)) == {0, Reason.QUOTA_REACHED}


def test_only_one_of_many_gets_the_slot_of_the_minute():
    account = make_account()
    begin_probing(account.pk)
    assert reserve(account.pk, 1, lane=Lane.CAMPAIGN).denial is Denial.PROBING
    SendingAccount.objects.update(next_probe_at_s=0)
    slots = [reserve(account.pk, 1, lane=lane) for lane in (Lane.CAMPAIGN, Lane.PRIORITY, Lane.CAMPAIGN)]
    assert [(slot.is_probe, slot.denial) for slot in slots] == [
        (True, None), (False, Denial.PROBING), (False, Denial.PROBING),
    ]  # fmt: skip
    end_probing(account.pk)
    assert reserve(account.pk, 1, lane=Lane.PRIORITY).denial is None


def test_the_alert_stays_while_the_groups_that_try_are_refused(ses):
    campaign = running_campaign(5)
    ses.fail_always(PAUSED)
    for _minute in range(3):
        a_minute_later()
        send_next_chunk(campaign.pk, sleep=lambda _s: None)
        a_minute_later()
        assert watch_accounts() == 1
