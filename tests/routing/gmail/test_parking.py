from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from credentials.grants.models import Health, OAuthGrant
from credentials.grants.services import check_due_grants, check_grant
from portal.alerts.models import Alert
from routing.gmail.deliver import deliver_to_gmail
from routing.gmail.drain import drain_mailbox, sweep_parked
from routing.gmail.models import GmailMailbox
from routing.inbound.models import DeliveryState, InboundDelivery
from routing.inbound.reasons import Reason
from tests.factories.gmail import make_delivery, make_inbound, make_mailbox

pytestmark = pytest.mark.django_db
ANNA = "anna@gmail.example"


@pytest.fixture
def mailbox(google):
    return make_mailbox(ANNA, refresh_token=google.grant(ANNA))


def make_deliveries(mailbox, bucket, count: int) -> list[int]:
    return [make_delivery(make_inbound(bucket=bucket), mailbox).pk for _ in range(count)]


def states() -> set[str]:
    return set(InboundDelivery.objects.values_list("state", flat=True))


def lose(google, mailbox) -> None:
    google.revoke(ANNA)
    OAuthGrant.objects.filter(pk=mailbox.grant_id).update(next_token_call_at=None)
    check_grant(mailbox.grant_id)


def reconnect(google, mailbox) -> None:
    from credentials.encryption.services import seal
    from credentials.grants.health import set_health
    from credentials.grants.models import TABLE

    grant = OAuthGrant.objects.get(pk=mailbox.grant_id)
    token = seal(google.grant(ANNA), table=TABLE, row=grant.row)
    OAuthGrant.objects.filter(pk=grant.pk).update(
        sealed_refresh_token=token, sealed_access_token="", next_token_call_at=None
    )
    set_health(grant.pk, Health.UNKNOWN_EXPIRY, actor_name="anna")


def test_mail_of_a_lost_consent_waits_and_flows_in_order_after_the_reconnect(google, mailbox, bucket, hints):
    ids = make_deliveries(mailbox, bucket, 5)
    lose(google, mailbox)
    assert states() == {DeliveryState.PARKED}
    ids += make_deliveries(mailbox, bucket, 2)
    for delivery_id in reversed(ids):
        deliver_to_gmail(delivery_id)
    assert states() == {DeliveryState.PARKED}
    reconnect(google, mailbox)
    hints.run_all()
    assert states() == {DeliveryState.DELIVERED}
    by_message = {line["gmail_id"]: number for number, line in enumerate(google.imports())}
    done = InboundDelivery.objects.order_by("id").values_list("gmail_message_id", flat=True)
    assert [by_message[gmail_id] for gmail_id in done] == sorted(by_message.values())


def test_what_comes_newly_does_not_overtake_what_is_parked(google, mailbox, bucket, hints):
    old = make_deliveries(mailbox, bucket, 1)[0]
    InboundDelivery.objects.filter(pk=old).update(state=DeliveryState.PARKED)
    new = make_deliveries(mailbox, bucket, 1)[0]
    deliver_to_gmail(new)
    assert InboundDelivery.objects.get(pk=new).reason == Reason.IN_ORDER
    hints.run_all()
    assert states() == {DeliveryState.DELIVERED}


def test_a_revoked_consent_asks_google_once_a_check_and_never_for_mail(google, mailbox, bucket):
    lose(google, mailbox)
    before = len(google.calls("token"))
    for delivery_id in make_deliveries(mailbox, bucket, 20):
        deliver_to_gmail(delivery_id)
    for _ in range(5):
        check_due_grants()
        check_grant(mailbox.grant_id)
    assert len(google.calls("token")) == before
    assert len(google.calls("import_start")) == 0


def test_parked_mail_is_found_by_the_sweep_when_the_hint_was_lost(google, mailbox, bucket, hints):
    make_deliveries(mailbox, bucket, 2)
    lose(google, mailbox)
    OAuthGrant.objects.update(health=Health.UNKNOWN_EXPIRY, reason="", next_token_call_at=None)
    reconnect(google, mailbox)
    hints.kept.clear()
    assert sweep_parked() == 1
    hints.run_all()
    assert states() == {DeliveryState.DELIVERED}


def test_mail_that_fails_for_itself_does_not_block_what_is_behind(google, mailbox, bucket, hints):
    ids = make_deliveries(mailbox, bucket, 3)
    InboundDelivery.objects.update(state=DeliveryState.PARKED)
    google.add_fault(kind="answer", error="internalError", operations=["import_start"], count=1)
    drain_mailbox(mailbox.pk)
    found = [InboundDelivery.objects.get(pk=delivery_id).state for delivery_id in ids]
    assert found == [DeliveryState.PENDING, DeliveryState.DELIVERED, DeliveryState.DELIVERED]


def test_a_drain_ends_when_gmail_wants_slower_and_comes_back(google, mailbox, bucket, hints):
    make_deliveries(mailbox, bucket, 3)
    InboundDelivery.objects.update(state=DeliveryState.PARKED)
    GmailMailbox.objects.update(wait_until=timezone.now() + timedelta(seconds=300))
    drain_mailbox(mailbox.pk)
    assert google.imports() == []
    GmailMailbox.objects.update(wait_until=None)
    hints.run_all()
    assert states() == {DeliveryState.DELIVERED}


def test_a_lost_consent_is_told_once_and_that_it_is_over(google, mailbox, bucket):
    lose(google, mailbox)
    lose(google, mailbox)
    assert Alert.objects.filter(code="gmail.permission_lost", cleared_at=None).count() == 1
    reconnect(google, mailbox)
    assert Alert.objects.get(code="gmail.permission_lost").cleared_at is not None
