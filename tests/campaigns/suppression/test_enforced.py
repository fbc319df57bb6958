"""No mail to whoever is suppressed at the moment of the attempt; the same on both databases."""

from __future__ import annotations

import pytest
from django.db import connection

from campaigns.sending import send_chunk
from campaigns.sending.models import Attempt, Delivery, SendingAccount
from campaigns.sending.outgoing import SUPPRESSED_REASON, outgoing_of
from campaigns.sending.states import DeliveryState, Reason
from campaigns.suppression.batches import add_batch, check_pasted
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import release, suppress, suppressed_among
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.running import running_campaign, send_all

pytestmark = pytest.mark.django_db

LATE = "person4@club.example"


@pytest.fixture(autouse=True)
def small_groups(settings):
    settings.SEND_GRACE_S = 0


def stop(address: str = LATE, reason: str = Suppression.Reason.MANUAL) -> Suppression:
    return suppress(address, reason=Suppression.Reason(reason), source=Suppression.Source.OPERATOR)


def position(campaign, address: str = LATE) -> tuple[int, int]:
    found = Delivery.objects.get(campaign=campaign, address_key=address)
    return found.state, found.reason


def slowly(campaign) -> None:
    """One person to a call, as SES allows in its own sandbox: others come between claim and attempt."""
    SendingAccount.objects.filter(pk=campaign.account_id).update(max_rate_per_s=1)


@pytest.mark.parametrize("reason", Suppression.Reason)
def test_every_reason_keeps_mail_back_and_is_named(ses, reason):
    campaign = running_campaign(5)
    stop(LATE.upper(), reason)
    send_all(campaign)
    assert position(campaign) == (DeliveryState.SKIPPED, SUPPRESSED_REASON[reason])
    assert LATE not in ses.recipients()
    assert_counters_agree(campaign)


def test_batch_that_is_added_after_the_plan_keeps_mail_back(ses):
    campaign = running_campaign(5)
    add_batch(check_pasted(LATE, reason="import", note="", actor=None).pk, actor=None)
    send_all(campaign)
    assert position(campaign) == (DeliveryState.SKIPPED, Reason.SUPPRESSED_IMPORT)


def test_suppression_between_claim_and_attempt_keeps_mail_back(ses):
    campaign = running_campaign(5)
    slowly(campaign)
    waits: list[float] = []

    def suppressed_while_it_waits(seconds: float) -> None:
        if not waits:
            stop()
        waits.append(seconds)

    while send_chunk.send_next_chunk(campaign.pk, sleep=suppressed_while_it_waits):
        pass
    assert waits, "the worker holds the chunk and waits for its turn"
    assert position(campaign) == (DeliveryState.SKIPPED, Reason.SUPPRESSED_MANUAL)
    assert LATE not in ses.recipients()
    assert_counters_agree(campaign)


def test_suppression_during_the_call_before_keeps_the_next_group_back(ses):
    campaign = running_campaign(5)
    slowly(campaign)
    ses.on_call = lambda: stop() if not Suppression.objects.exists() else None
    send_all(campaign)
    assert len(ses.recipients()) == 4
    assert LATE not in ses.recipients()


def test_suppression_after_the_message_was_made_keeps_it_back(ses, monkeypatch):
    """The last moment there is: the mail is written out, its attempt not yet committed."""
    campaign = running_campaign(5)
    made = outgoing_of

    def suppressed_once_made(row, sender):
        mail = made(row, sender)
        if row.address_key == LATE:
            stop()
        return mail

    monkeypatch.setattr(send_chunk, "outgoing_of", suppressed_once_made)
    send_all(campaign)
    assert position(campaign) == (DeliveryState.SKIPPED, Reason.SUPPRESSED_MANUAL)
    assert LATE not in ses.recipients()
    assert Attempt.objects.get().delivery_count == 4


def test_suppressions_are_asked_in_the_transaction_of_the_attempt(ses, monkeypatch):
    if connection.vendor == "postgresql":
        pytest.skip("one statement does both there: see ledger_postgres")
    campaign = running_campaign(2)
    depth = len(connection.savepoint_ids)
    seen: list[int] = []

    def noted(keys):
        seen.append(len(connection.savepoint_ids))
        return suppressed_among(keys)

    monkeypatch.setattr(send_chunk, "suppressed_among", noted)
    send_all(campaign)
    assert seen
    assert all(level > depth for level in seen)


def test_released_before_their_turn_gets_it(ses, admin_user):
    campaign = running_campaign(5)
    row = stop()
    release(row.pk, reason_text="A mistake.", actor=admin_user)
    send_all(campaign)
    assert LATE in ses.recipients()
