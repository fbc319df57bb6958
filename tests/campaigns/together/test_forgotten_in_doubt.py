from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.privacy.erase_ledger import anonymise_deliveries
from campaigns.privacy.forgotten import forgotten_among
from campaigns.privacy.run import run_erasure
from campaigns.privacy.services import forget_person
from campaigns.privacy.subject import Subject
from campaigns.sending.events import apply_events
from campaigns.sending.models import Chunk, Delivery
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.uncertain.decide import Choice, decide_for_campaign
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.feedback import hard_bounce
from tests.factories.running import running_campaign, send_all

pytestmark = pytest.mark.django_db
LOST = (DeliveryState.UNCERTAIN, Reason.ANSWER_LOST)


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0


@pytest.fixture
def kim() -> User:
    return User.objects.create(username="kim")


def forget(row: Delivery, kim: User) -> None:
    run_erasure(forget_person(row.contact_id, reason="asked by letter", actor=kim).pk)


def in_doubt(campaign) -> Delivery:
    """The first person's answer was lost; all others have their mail."""
    send_all(campaign)
    [row, *_others] = Delivery.objects.filter(campaign=campaign).order_by("pk")
    Delivery.objects.filter(pk=row.pk).update(state=LOST[0], reason=LOST[1])
    chunk = Chunk.objects.get(campaign=campaign)
    Chunk.objects.filter(pk=chunk.pk).update(
        accepted_count=chunk.accepted_count - 1, uncertain_count=1, cause_counts={"8:60": 1}
    )
    return row


def test_whoever_was_forgotten_while_in_doubt_is_never_sent_to_again(ses, kim):
    campaign = running_campaign(3)
    row = in_doubt(campaign)
    forget(row, kim)
    decide_for_campaign(campaign.pk, Choice.SEND_AGAIN, actor=kim, reason="They did not get it.")
    before = len(ses.recipients())
    while send_next_chunk(campaign.pk, sleep=lambda _s: None):
        pass
    row.refresh_from_db()
    assert len(ses.recipients()) == before
    assert (row.state, row.reason) == (DeliveryState.SKIPPED, Reason.FORGOTTEN)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.COMPLETED
    assert_counters_agree(campaign)


def test_a_stranger_s_event_about_a_forgotten_person_s_mail_bars_nobody_else(ses, kim):
    campaign = running_campaign(3)
    send_all(campaign)
    [row, *_others] = Delivery.objects.filter(campaign=campaign).order_by("pk")
    address_key = row.address_key
    forget(row, kim)
    apply_events([hard_bounce(row.pk, to="stranger@elsewhere.example")])
    assert forgotten_among(["stranger@elsewhere.example"]) == {}
    apply_events([hard_bounce(row.pk, to=address_key, feedbackId="own")])
    assert forgotten_among([address_key]) == {address_key: "bounce"}


def test_forgetting_takes_the_rows_in_the_order_of_the_events_so_that_neither_waits_for_the_other(ses):
    campaign = running_campaign(2)
    send_all(campaign)
    [row, *_others] = Delivery.objects.filter(campaign=campaign).order_by("pk")
    apply_events([hard_bounce(row.pk)])
    with CaptureQueriesContext(connection) as queries:
        anonymise_deliveries(Subject((row.contact_id,), (row.address_key,)))
    texts = [query["sql"] for query in queries]
    chunk_locked = next(place for place, text in enumerate(texts) if 'FROM "campaigns_chunk"' in text)
    words_taken = next(place for place, text in enumerate(texts) if 'UPDATE "campaigns_deliveryevent"' in text)
    assert chunk_locked < words_taken
