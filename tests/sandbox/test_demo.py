"""The demo: what it shows adds up, and it never touches what is there already."""

from __future__ import annotations

import stat
from collections import Counter

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.sending.models import Acceptance, Campaign, DeliveryEvent
from campaigns.sending.states import CampaignStatus, DeliveryState
from campaigns.suppression.models import Suppression
from portal.mail.address import parse_address
from routing.inbound.models import DeliveryState as DeliveryStates, InboundDelivery, InboundMessage
from routing.rules.figures import unmatched_recipients
from sandbox.demo.build import is_empty, make_demo
from sandbox.demo.inbound import stored_mails
from sandbox.demo.login import ensure_login
from sandbox.demo.people import make_people
from tests.campaigns.sending.ledger_audit import assert_counters_agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def few_people(monkeypatch):
    monkeypatch.setattr("sandbox.demo.people.PEOPLE_COUNT", 300)


@pytest.fixture
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_everybody_has_a_usable_address_of_their_own():
    people = make_people()
    keys = {parse_address(person.address).key for person in people}
    assert len(keys) == len(people) == 2_000
    assert all(key.endswith((".example", "example.org", "example.net", "example.com")) for key in keys)


def test_the_same_people_are_made_again():
    assert make_people() == make_people()


def test_the_ledger_of_each_campaign_agrees_with_its_counters(few_people):
    make_demo()
    for campaign in Campaign.objects.all():
        assert_counters_agree(campaign)
    answered = {DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.COMPLAINED}
    states = Counter(
        state for each in Campaign.objects.all() for state in each.deliveries.values_list("state", flat=True)
    )
    assert Acceptance.objects.count() == sum(states[state] for state in answered)
    heard = DeliveryEvent.objects.exclude(event_type="delivery_delay").values("delivery_id").distinct().count()
    assert heard == sum(states[state] for state in answered - {DeliveryState.ACCEPTED})


def test_there_is_something_of_every_kind_to_see(few_people):
    make_demo()
    statuses = Counter(Campaign.objects.values_list("status", flat=True))
    assert statuses[CampaignStatus.COMPLETED] == 6
    for status in (CampaignStatus.PAUSED, CampaignStatus.SCHEDULED, CampaignStatus.DRAFT):
        assert statuses[status] == 1
    assert {"unsubscribe", "manual"} <= set(Suppression.objects.values_list("reason", flat=True))
    assert Campaign.objects.get(status=CampaignStatus.PAUSED).chunks.filter(is_open=True).exists()


def test_mail_has_come_in_and_met_every_end(few_people):
    make_demo()
    states = set(InboundDelivery.objects.values_list("state", flat=True))
    assert states == set(DeliveryStates) - {DeliveryStates.PENDING, DeliveryStates.UNDER_WAY}
    assert not InboundMessage.objects.filter(received_at__gt=timezone.now()).exists()
    assert [unmatched.recipient for unmatched in unmatched_recipients()] == ["jobs@postroom.example"]
    sizes = dict(InboundMessage.objects.values_list("object_key", "size_bytes"))
    assert {key: len(raw) for key, raw in stored_mails().items()} == sizes


def test_nothing_happens_in_the_future(few_people):
    make_demo()
    now = timezone.now()
    assert not Campaign.objects.filter(started_at__gt=now).exists()
    assert not DeliveryEvent.objects.filter(happened_at__gt=now).exists()


def test_data_that_is_there_stays_as_it_is(data_dir, capsys):
    Contact.objects.create(address="anna@example.org")
    assert not is_empty()
    call_command("make_demo")
    assert Contact.objects.count() == 1
    assert "it stays as it is" in capsys.readouterr().out


def test_the_password_stays_the_same_between_runs(data_dir):
    first = ensure_login()
    assert first
    assert ensure_login() == first
    file = data_dir / "demo-login"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert get_user_model().objects.get(username="admin").check_password(first.password)


def test_a_new_database_gets_the_password_that_is_known(data_dir):
    first = ensure_login()
    get_user_model().objects.all().delete()
    assert ensure_login() == first


def test_an_administrator_made_by_somebody_else_is_left_alone(data_dir):
    get_user_model().objects.create_superuser("admin", "", "their own")
    assert ensure_login() is None
    assert not (data_dir / "demo-login").exists()


def test_a_changed_password_is_not_shown(data_dir):
    ensure_login()
    user = get_user_model().objects.get(username="admin")
    user.set_password("their own")
    user.save()
    assert ensure_login() is None
