from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, strategies as st

from campaigns.relays.figures import figures_by_day, figures_of_campaign, figures_of_relay
from campaigns.relays.limits import delete_old_uses, refresh_relays
from campaigns.relays.models import Relay, RelayUse
from campaigns.relays.noting import LOGIN_FAILED, note_relay_use
from campaigns.relays.use import BOUNDS_MS, UseCounter, share_ms
from campaigns.sending.models import RatePoint, SendingAccount
from portal.alerts.models import Alert
from tests.factories.campaign_pages import a_draft
from tests.factories.relays import make_relay


def counted(*, answers=(), attachment_bytes=0, refused="", failed="") -> UseCounter:
    use = UseCounter()
    if failed:
        use.connection_failed(failed)
        return use
    use.connected()
    if refused:
        use.login_failed(refused)
        return use
    use.logged_in()
    for took_ms in answers:
        use.answered(took_ms, attachment_bytes=attachment_bytes)
    return use


@given(st.lists(st.floats(0, 29_000), min_size=1, max_size=200))
def test_the_95th_percentile_is_never_below_the_true_one_and_within_its_class(times):
    use = counted(answers=times)
    true = sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]
    shown = share_ms(use.answer_counts, 0.95)
    below = max((bound for bound in (0, *BOUNDS_MS) if bound < shown), default=0)
    assert below <= true <= shown


def test_without_answers_there_is_no_time():
    assert share_ms(UseCounter().answer_counts, 0.95) == 0


@pytest.mark.django_db
def test_nothing_counted_writes_nothing():
    relay = make_relay()
    note_relay_use(relay.account_id, UseCounter(), campaign_id=None)
    assert not RelayUse.objects.exists()


@pytest.mark.django_db
def test_a_chunk_is_one_row_in_few_statements(django_assert_max_num_queries):
    relay = make_relay()
    with django_assert_max_num_queries(4):  # savepoint, look, insert, release
        note_relay_use(relay.account_id, counted(answers=[20] * 1000), campaign_id=None)
    assert RelayUse.objects.count() == 1


@pytest.mark.django_db
def test_sums_are_those_of_all_workers():
    relay, campaign = make_relay(), a_draft()
    note_relay_use(relay.account_id, counted(answers=[10, 30], attachment_bytes=1000), campaign_id=campaign.pk)
    note_relay_use(relay.account_id, counted(answers=[80], attachment_bytes=4000), campaign_id=campaign.pk)
    note_relay_use(relay.account_id, counted(failed="timed out"), campaign_id=None)

    day = figures_of_relay(relay)
    assert (day.connection_count, day.failed_connection_count, day.message_count) == (2, 1, 3)
    assert (day.mean_ms, day.p95_ms, day.attachment_bytes_max) == (40, 100, 4000)
    assert day.attachment_bytes_mean == 2000
    assert day.last_error == "timed out"
    assert figures_of_campaign(campaign.pk).failed_connection_count == 0
    assert [one.message_count for one in figures_by_day(relay)] == [3]


@pytest.mark.django_db
def test_addresses_are_taken_out_of_errors():
    relay = make_relay()
    note_relay_use(relay.account_id, counted(failed="550 anna@club.example unknown"), campaign_id=None)
    assert RelayUse.objects.get().error == "550 ***@club.example unknown"
    assert "anna" not in Relay.objects.get().last_error


@pytest.mark.django_db
def test_a_refused_login_is_told_once_and_is_over_with_the_next_that_works():
    relay = make_relay(name="Office")
    for _chunk in range(3):
        note_relay_use(relay.account_id, counted(refused="535 no"), campaign_id=None)
    alert = Alert.objects.get(code=LOGIN_FAILED)
    assert "Office: smtp.example.org refuses our login. 535 no" in alert.text
    assert alert.page == reverse("admin:campaigns_sendingaccount_change", args=[relay.account_id])
    assert Relay.objects.get().last_login_failed_at is not None

    note_relay_use(relay.account_id, counted(answers=[10]), campaign_id=None)
    assert not Alert.objects.filter(cleared_at=None).exists()
    assert Relay.objects.get().last_login_failed_at is None


@pytest.mark.django_db
def test_a_relay_that_is_gone_is_not_noted():
    note_relay_use(4711, counted(answers=[1]), campaign_id=None)
    assert not RelayUse.objects.exists()


@pytest.mark.django_db
def test_old_notes_go():
    relay = make_relay()
    for days in (0, RelayUse.KEPT_DAYS + 1):
        RelayUse.objects.create(relay=relay, noted_at=timezone.now() - timedelta(days=days))
    assert delete_old_uses() == 1
    assert RelayUse.objects.count() == 1


@pytest.mark.django_db
def test_a_relays_day_is_counted_by_us():
    relay = make_relay(quota_24h=500)
    campaign = a_draft(account=relay.account)
    now_s = int(timezone.now().timestamp())
    for age_s, count in ((60, 40), (3600, 60), (25 * 3600, 1000)):
        RatePoint.objects.create(campaign=campaign, span_s=now_s - age_s, accepted_count=count)
    SendingAccount.objects.update(reserved_since_refresh=40)

    refresh_relays()

    account = SendingAccount.objects.get()
    assert (account.sent_24h, account.reserved_since_refresh) == (100, 0)
    assert account.quota_left == 400
    assert account.refreshed_at is not None
