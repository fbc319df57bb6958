from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from campaigns.restored.services import keep_generation, publish_settling, settle_restored
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.sweep import sweep_campaigns
from portal.generation.ids import GAP
from portal.generation.memory import memory
from portal.generation.models import Generation
from portal.generation.services import ask_to_go_on, is_held
from portal.queues import TaskName
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db
State = DeliveryState


def restore() -> None:
    """The database of now becomes one that is behind its mark."""
    keep_generation()
    backup = Generation.objects.get()
    keep_generation()
    Generation.objects.update(counter=backup.counter)
    memory.forget()
    keep_generation()
    assert is_held()


def confirm() -> None:
    ask_to_go_on(actor=User.objects.create_superuser("owner"), reason="The disk was lost.")
    assert settle_restored()


def a_campaign_half_sent(**fields) -> Campaign:
    campaign = make_campaign(status=CampaignStatus.IN_PROGRESS, planned_at=timezone.now(), **fields)
    plan_people(
        campaign,
        [
            *[State.ACCEPTED] * 5,
            State.QUEUED,
            State.SENDING,
            (State.DEFERRED, Reason.THROTTLED),
            (State.UNCERTAIN, Reason.WORKER_DIED),
            (State.BOUNCED, Reason.MAILBOX_UNKNOWN),
            *[State.QUEUED] * 7,
        ],
    )
    return campaign


def test_while_held_nothing_is_planned_sent_or_published(hints):
    running = a_campaign_half_sent()
    pending = make_campaign("Pending", status=CampaignStatus.PENDING, send_after=timezone.now())
    restore()
    hints.kept.clear()
    assert not send_next_chunk(running.pk)
    assert not plan_campaign(pending.pk)
    assert sweep_campaigns() == {"held": 1}
    assert hints.kept == []


def test_whoever_was_not_final_becomes_uncertain_by_name_and_nobody_waits():
    campaign = a_campaign_half_sent()
    restore()
    confirm()
    rows = Delivery.objects.filter(campaign=campaign, state=State.UNCERTAIN)
    assert set(rows.values_list("reason", flat=True)) == {Reason.RESTORED}
    assert rows.count() == 11
    assert Delivery.objects.filter(campaign=campaign, state=State.ACCEPTED).count() == 5
    assert not Chunk.objects.filter(is_open=True).exists()
    assert_counters_agree(campaign)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.COMPLETED
    assert not is_held()


def test_a_paused_campaign_stays_paused_and_its_people_are_uncertain():
    campaign = a_campaign_half_sent()
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.PAUSED)
    restore()
    confirm()
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    assert not Delivery.objects.filter(campaign=campaign, state__in=(State.QUEUED, State.DEFERRED)).exists()


@pytest.mark.parametrize("status", [CampaignStatus.SCHEDULED, CampaignStatus.PENDING])
def test_what_was_about_to_leave_is_a_draft_that_says_why(status):
    campaign = make_campaign(status=status, scheduled_at=timezone.now(), send_after=timezone.now())
    restore()
    confirm()
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.DRAFT
    assert campaign.scheduled_at is None
    assert "backup was restored" in campaign.status_reason


def test_what_was_being_planned_ends_and_its_people_are_uncertain():
    campaign = make_campaign(status=CampaignStatus.PENDING, send_after=timezone.now(), plan_cursor=7)
    plan_people(campaign, [State.QUEUED] * 3)
    restore()
    confirm()
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.FAILED
    assert Delivery.objects.filter(state=State.UNCERTAIN, reason=Reason.RESTORED).count() == 3
    assert_counters_agree(campaign)


def test_what_was_cancelled_stays_with_its_workers():
    campaign = make_campaign(status=CampaignStatus.CANCELLED)
    plan_people(campaign, [State.QUEUED] * 3)
    restore()
    confirm()
    assert Delivery.objects.filter(state=State.QUEUED).count() == 3


def test_no_number_of_the_lost_time_is_given_out_again():
    campaign = a_campaign_half_sent()
    highest = Delivery.objects.order_by("-pk").values_list("pk", flat=True)[0]
    restore()
    confirm()
    made = Delivery.objects.create(campaign=campaign, address="new@club.example", address_key="new", chunk_number=0)
    assert made.pk > highest + GAP


def test_without_an_owners_word_nothing_is_settled():
    campaign = a_campaign_half_sent()
    restore()
    assert not settle_restored()
    assert publish_settling() == 0
    assert Delivery.objects.filter(campaign=campaign, state=State.QUEUED).count() == 8


def test_killed_in_the_middle_the_rest_is_settled_by_the_next_sweep(monkeypatch, hints):
    a_campaign_half_sent()
    restore()
    ask_to_go_on(actor=User.objects.create_superuser("owner"), reason="The disk was lost.")

    def killed() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("campaigns.restored.services._leave_gap", killed)
        with pytest.raises(KeyboardInterrupt):
            settle_restored()
    assert is_held()
    hints.kept.clear()
    assert publish_settling() == 1
    assert hints.of(TaskName.SETTLE_RESTORED)
    assert settle_restored()
    assert not is_held()


def test_the_page_says_what_was_noticed_and_what_would_leave(client):
    a_campaign_half_sent(name="Spring letter")
    make_campaign("Summer letter", status=CampaignStatus.SCHEDULED, scheduled_at=timezone.now())
    restore()
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(reverse("admin:restored")).content.decode()
    for words in ("A backup was restored.", "Spring letter", "Summer letter", "they become uncertain", "a draft again"):
        assert words in page
    assert "Nothing is sent." in client.get(reverse("admin:index")).content.decode()


def test_only_an_owner_confirms_and_only_with_a_reason(client):
    restore()
    viewer = User.objects.create_user("vera", is_staff=True)
    viewer.groups.add(Group.objects.get(name="Operator"))
    client.force_login(viewer)
    assert "An owner can confirm." in client.get(reverse("admin:restored")).content.decode()
    assert client.post(reverse("admin:restored"), {"reason": "I want to"}).status_code == 403
    owner = User.objects.create_user("olga", is_staff=True)
    owner.groups.add(Group.objects.get(name="Owner"))
    client.force_login(owner)
    client.post(reverse("admin:restored"), {"reason": " "})
    assert not Generation.objects.exclude(go_on_at=None).exists()
    client.post(reverse("admin:restored"), {"reason": "The disk was lost."})
    assert Generation.objects.get().go_on_by == owner
