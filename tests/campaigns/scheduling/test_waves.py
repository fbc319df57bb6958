"""A campaign that follows the clocks of its recipients: planned in waves, each leaves in its time, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.scheduling import services
from campaigns.scheduling.fire import start_due_campaigns
from campaigns.scheduling.models import Schedule, Wave
from campaigns.scheduling.waves import open_due_waves
from campaigns.scheduling.wish import Wish
from campaigns.sending import services as sending
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.sweep import sweep_campaigns
from portal.alerts.models import Alert
from portal.errors import Conflict, InvalidInput
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.running import send_all, states_of
from tests.factories.sending import make_account, make_campaign, make_contact

pytestmark = pytest.mark.django_db

ZONES = {"Asia/Tokyo": 3, "Europe/Berlin": 4, "Europe/Paris": 2, "America/New_York": 5, "": 2, "Mars/Olympus": 1}


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 2


@pytest.fixture
def robin() -> User:
    return User.objects.create_user("robin")


def a_draft_to_the_world() -> Campaign:
    for zone, people in ZONES.items():
        for number in range(people):
            make_contact(f"{zone.replace('/', '-') or 'nowhere'}-{number}@club.example".lower(), time_zone=zone)
    return make_campaign(account=make_account(max_rate_per_s=100_000), is_to_everybody=True)


def wish_in(hours: float, **fields: str) -> Wish:
    """The wall clock of Berlin in so many hours."""
    there = datetime.now(UTC) + timedelta(hours=hours)
    from zoneinfo import ZoneInfo

    local = there.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M")
    return Wish(local, "Europe/Berlin", clock="recipients", **fields)


def planned(robin: User, wish: Wish | None = None) -> Campaign:
    draft = a_draft_to_the_world()
    services.schedule_by_wish(draft.pk, wish or wish_in(24), actor=robin)
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    assert start_due_campaigns() == 1
    assert plan_campaign(draft.pk)
    draft.refresh_from_db()
    return draft


def let_pass(campaign: Campaign, until: datetime) -> None:
    """Move the waves and their chunks back, as if the clock had gone on to `until`."""
    passed = until - timezone.now() + timedelta(seconds=1)
    for chunk in Chunk.objects.filter(not_before__isnull=False):
        Chunk.objects.filter(pk=chunk.pk).update(not_before=chunk.not_before - passed)
    for wave in Wave.objects.all():
        Wave.objects.filter(pk=wave.pk).update(starts_at=wave.starts_at - passed)


def addresses(ses) -> set[str]:
    return {address.partition("@")[0].rpartition("-")[0] for address in ses.recipients()}


def test_each_wave_leaves_when_its_time_comes_and_nobody_twice(robin, ses):
    campaign = planned(robin)
    waves = list(campaign.waves.all())
    assert [sorted(wave.zone_counts) for wave in waves] == [
        ["Asia/Tokyo"], ["", "Europe/Berlin", "Europe/Paris"], ["America/New_York"],
    ]  # fmt: skip
    send_all(campaign)
    assert ses.recipients() == []
    for wave, seen in zip(waves, (3, 12, 17), strict=True):
        let_pass(campaign, Wave.objects.get(pk=wave.pk).starts_at)
        assert open_due_waves() == 1
        send_all(campaign)
        assert len(ses.recipients()) == len(set(ses.recipients())) == seen
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.COMPLETED
    assert_counters_agree(campaign)


def test_who_moves_to_another_zone_while_it_is_planned_gets_it_once(robin, ses):
    draft = a_draft_to_the_world()
    services.schedule_by_wish(draft.pk, wish_in(24), actor=robin)
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    start_due_campaigns()
    from campaigns.audience.models import Contact
    from campaigns.sending import plan

    blocks = []

    def move_between_blocks(people):
        blocks.append(1)
        if len(blocks) == 3:  # Tokyo is written down
            Contact.objects.filter(time_zone="America/New_York").update(time_zone="Asia/Tokyo")
        return last_of_block(people)

    last_of_block = plan._last_of_block
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "_last_of_block", move_between_blocks)
        assert plan_campaign(draft.pk)
    assert Delivery.objects.filter(campaign=draft).count() == sum(ZONES.values())


def test_a_plan_that_is_killed_between_waves_goes_on(robin, monkeypatch):
    draft = a_draft_to_the_world()
    services.schedule_by_wish(draft.pk, wish_in(24), actor=robin)
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    start_due_campaigns()
    from campaigns.sending import plan

    calls = []

    def die(people):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return last_of_block(people)

    last_of_block = plan._last_of_block
    monkeypatch.setattr(plan, "_last_of_block", die)
    with pytest.raises(KeyboardInterrupt):
        plan_campaign(draft.pk)
    Campaign.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert plan_campaign(draft.pk)
    assert Delivery.objects.filter(campaign=draft).count() == sum(ZONES.values())
    assert draft.waves.filter(is_planned=True).count() == 3


def test_zones_where_the_time_has_passed_are_sent_to_at_once_or_left_out(robin, ses):
    campaign = planned(robin, wish_in(1, past="leave-out"))  # 1 hour from now in Berlin has passed in Tokyo
    states = states_of(campaign)
    assert states == {DeliveryState.SKIPPED: 3, DeliveryState.QUEUED: 14}
    left_out = Delivery.objects.filter(state=DeliveryState.SKIPPED)
    assert {(person.reason, person.address[:5]) for person in left_out} == {(Reason.TIME_PASSED, "asia-")}


def test_zones_where_the_time_has_passed_leave_first_when_wished(robin, ses):
    campaign = planned(robin, wish_in(1))
    send_all(campaign)
    assert addresses(ses) == {"asia-tokyo"}


def test_nobody_can_be_scheduled_when_all_have_passed(robin):
    draft = a_draft_to_the_world()
    with pytest.raises(InvalidInput, match="has passed"):
        services.schedule_by_wish(draft.pk, wish_in(-30, past="leave-out"), actor=robin)


def test_pause_and_resume_do_not_let_later_waves_go(robin, ses):
    campaign = planned(robin)
    sending.pause_campaign(campaign.pk, actor=robin)
    sending.resume_campaign(campaign.pk, actor=robin)
    sweep_campaigns()
    send_all(campaign)
    assert ses.recipients() == []


def test_a_wave_whose_time_comes_during_a_pause_leaves_with_resume(robin, ses):
    campaign = planned(robin)
    sending.pause_campaign(campaign.pk, actor=robin)
    let_pass(campaign, campaign.waves.all()[0].starts_at + timedelta(hours=3))
    sweep_campaigns()
    assert not send_next_chunk(campaign.pk)
    sending.resume_campaign(campaign.pk, actor=robin)
    send_all(campaign)
    assert addresses(ses) == {"asia-tokyo"}


def test_cancel_ends_all_waves(robin, ses):
    campaign = planned(robin)
    sending.cancel_campaign(campaign.pk, actor=robin)
    send_all(campaign)
    assert ses.recipients() == []
    assert states_of(campaign) == {DeliveryState.CANCELLED: 17}


def late_by(campaign: Campaign, hours: float) -> Wave:
    let_pass(campaign, campaign.waves.all()[0].starts_at + timedelta(hours=hours))
    Campaign.objects.update(planned_at=timezone.now() - timedelta(days=1))
    sweep_campaigns()
    return campaign.waves.all()[0]


def test_a_wave_that_is_half_an_hour_late_leaves_and_says_so(robin, ses):
    wave = late_by(planned(robin), 0.5)
    assert wave.state == Wave.State.OPEN
    assert wave.late_s == pytest.approx(1800, abs=60)


@pytest.mark.parametrize(
    ("deed", "sent", "skipped"),
    [(services.send_wave, 3, 0), (services.move_wave, 0, 0), (services.leave_out_wave, 0, 3)],
)
def test_a_wave_that_is_two_hours_late_asks_and_does_what_is_answered(robin, ses, deed, sent, skipped):
    campaign = planned(robin)
    wave = late_by(campaign, 2)
    send_all(campaign)
    assert (wave.state, ses.recipients()) == (Wave.State.ASKING, [])
    assert Alert.objects.filter(code="campaign.wave_late", cleared_at=None).count() == 1
    deed(campaign.pk, wave.number, actor=robin)
    sweep_campaigns()
    send_all(campaign)
    assert len(ses.recipients()) == sent
    assert states_of(campaign).get(DeliveryState.SKIPPED, 0) == skipped
    assert not Alert.objects.filter(code="campaign.wave_late", cleared_at=None).exists()
    assert_counters_agree(campaign)
    with pytest.raises(Conflict):
        deed(campaign.pk, wave.number, actor=robin)


def test_send_before_its_time_goes_to_everybody_at_once(robin, ses):
    draft = a_draft_to_the_world()
    services.schedule_by_wish(draft.pk, wish_in(24), actor=robin)
    sending.start_campaign(draft.pk, actor=robin)
    plan_campaign(draft.pk)
    send_all(draft)
    assert len(ses.recipients()) == 17
    assert Schedule.objects.get().clock == Schedule.Clock.ONE_ZONE
