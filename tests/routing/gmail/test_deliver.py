from __future__ import annotations

import pytest

from credentials.grants.models import Health, OAuthGrant
from portal.aws import s3
from portal.errors import Refused
from portal.google import gmail
from routing.gmail.deliver import deliver_to_gmail
from routing.gmail.drain import drain_mailbox
from routing.gmail.models import GmailImport, GmailMailbox
from routing.gmail.parking import park_waiting, slow_down
from routing.inbound.models import DeliveryState, InboundDelivery
from routing.inbound.reasons import Reason
from routing.inbound.services import deliver_again
from tests.factories.gmail import SCOPES, make_delivery, make_inbound, make_mailbox

pytestmark = pytest.mark.django_db
ANNA = "anna@gmail.example"
ODD_MAIL = b"Subject: gr\xfc\xdfe\nMessage-ID: <odd@example.org>\r\rNUL \x00 and lone CR \r and LF \n and 8 bit \xff\xfe\r\n.\r\n"


@pytest.fixture
def mailbox(google):
    return make_mailbox(ANNA, refresh_token=google.grant(ANNA))


@pytest.fixture
def delivery(mailbox, bucket):
    return make_delivery(make_inbound(bucket=bucket), mailbox)


def after(delivery: InboundDelivery) -> InboundDelivery:
    deliver_to_gmail(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def let_again(delivery: InboundDelivery) -> InboundDelivery:
    """As if its time had come."""
    InboundDelivery.objects.filter(pk=delivery.pk).update(retry_at=None)
    return after(delivery)


def test_mail_lies_in_the_mailbox_byte_for_byte_behind_our_head(google, mailbox, bucket):
    done = after(make_delivery(make_inbound(raw=ODD_MAIL, bucket=bucket), mailbox))
    assert done.state == DeliveryState.DELIVERED
    raw = google.raw(done.gmail_message_id)
    head, _, rest = raw.partition(b"X-Original-To: a@example.com\r\n")
    assert rest == ODD_MAIL
    assert head.startswith(b"X-Postroom-Routed: ")
    assert head.count(b"\r\n") == 2


def test_forty_megabytes_arrive_whole(google, mailbox, bucket):
    raw = b"Message-ID: <big@example.org>\r\n\r\n" + bytes(range(256)) * (40 * 4096)
    done = after(make_delivery(make_inbound(raw=raw, bucket=bucket), mailbox))
    assert google.raw(done.gmail_message_id).endswith(raw)


def test_labels_are_made_once_and_found_afterwards(google, mailbox, bucket):
    for _ in range(2):
        after(make_delivery(make_inbound(bucket=bucket), mailbox, labels=("Work", "work", "Press")))
    assert len(google.calls("labels_create")) == 2
    assert len(google.calls("labels_list")) == 1
    assert all(len(mail["labels"]) == 4 for mail in google.mail(ANNA))


def test_a_label_deleted_in_gmail_is_made_again(google, mailbox, bucket):
    after(make_delivery(make_inbound(bucket=bucket), mailbox, labels=("Work",)))
    google.ask("POST", "remove-label", {"email": ANNA, "name": "Work"})
    done = after(make_delivery(make_inbound(bucket=bucket), mailbox, labels=("Work",)))
    assert done.state == DeliveryState.DELIVERED


def test_two_recipients_of_one_mailbox_get_one_mail_with_the_labels_of_both(google, mailbox, bucket):
    message = make_inbound(bucket=bucket)
    first = make_delivery(message, mailbox, labels=("A",))
    second = make_delivery(message, mailbox, labels=("B",), recipient="b@example.com")
    assert after(first).gmail_message_id == after(second).gmail_message_id != ""
    assert len(google.imports()) == 1
    assert len(google.imports()[0]["labels"]) == 4


def test_a_second_run_imports_nothing(google, delivery):
    after(delivery)
    after(delivery)
    assert len(google.imports()) == 1


@pytest.mark.parametrize("operation", ["import_start", "import_put"])
@pytest.mark.parametrize("kind", ["drop_reply", "drop_request"])
def test_a_lost_answer_is_settled_by_asking_the_upload(google, delivery, operation, kind):
    google.add_fault(kind=kind, operations=[operation], count=1)
    assert after(delivery).state == DeliveryState.PENDING
    assert delivery.reason == Reason.ANSWER_LOST
    done = let_again(delivery)
    assert done.state == DeliveryState.DELIVERED
    assert [line["gmail_id"] for line in google.imports()] == [done.gmail_message_id]


def test_an_upload_cut_off_goes_on_where_it_stopped(google, mailbox, bucket):
    raw = b"Message-ID: <cut@example.org>\r\n\r\n" + b"x" * 3_000_000
    delivery = make_delivery(make_inbound(raw=raw, bucket=bucket), mailbox)
    google.add_fault(kind="cut", operations=["import_put"], count=1, after_bytes=1_000_000)
    after(delivery)
    done = let_again(delivery)
    assert google.raw(done.gmail_message_id).endswith(raw)
    assert len(google.calls("import_start")) == 1


def test_a_stall_after_acceptance_imports_once(google, delivery, settings):
    settings.GOOGLE_ANSWER_S = 0.3
    google.add_fault(kind="stall", stall_s=1, operations=["import_put"], count=1)
    assert after(delivery).state == DeliveryState.PENDING
    settings.GOOGLE_ANSWER_S = 5
    assert let_again(delivery).state == DeliveryState.DELIVERED
    assert len(google.imports()) == 1


def test_what_nobody_can_tell_is_uncertain_by_name_and_not_repeated(google, delivery):
    google.add_fault(kind="drop_reply", operations=["import_put"], count=1)
    after(delivery)
    google.ask("POST", "forget-uploads", {})
    assert let_again(delivery).state == DeliveryState.UNCERTAIN
    assert let_again(delivery).state == DeliveryState.UNCERTAIN
    assert len(google.imports()) == 1


def test_with_leave_to_read_a_forgotten_upload_is_looked_up(google, bucket):
    scopes = [*SCOPES, gmail.READ]
    token = google.grant(ANNA, scope=" ".join(scopes))
    mailbox = make_mailbox(ANNA, refresh_token=token, scopes=scopes)
    message = make_inbound(
        bucket=bucket, raw=b"Message-ID: <known@example.org>\r\n\r\n", rfc_message_id="<known@example.org>"
    )
    delivery = make_delivery(message, mailbox)
    google.add_fault(kind="drop_reply", operations=["import_put"], count=1)
    after(delivery)
    google.ask("POST", "forget-uploads", {})
    assert let_again(delivery).state == DeliveryState.DELIVERED
    assert len(google.imports()) == 1


@pytest.mark.parametrize("error", ["internalError", "badGateway", "backendError", "gatewayTimeout"])
def test_trouble_at_gmail_is_tried_again_later(google, delivery, error):
    google.add_fault(kind="answer", error=error, operations=["import_put"], count=1)
    assert after(delivery).state == DeliveryState.PENDING
    assert delivery.retry_at is not None
    assert let_again(delivery).state == DeliveryState.DELIVERED


@pytest.mark.parametrize(
    "error", ["rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded", "tooManyRequests"]
)
def test_too_fast_keeps_the_whole_mailbox_waiting(google, delivery, mailbox, bucket, error):
    google.add_fault(kind="answer", error=error, operations=["import_start"], count=1, retry_after_s=77)
    assert after(delivery).reason == Reason.THROTTLED
    other = after(make_delivery(make_inbound(bucket=bucket), mailbox))
    assert (other.state, other.attempts) == (DeliveryState.PENDING, 0)
    assert len(google.calls("import_start")) == 1


def test_a_stale_token_is_refreshed_once(google, delivery, mailbox, bucket):
    after(make_delivery(make_inbound(bucket=bucket), mailbox))
    google.ask("POST", "expire-access", {"email": ANNA})
    assert after(delivery).state == DeliveryState.DELIVERED
    assert len(google.calls("token")) == 2


@pytest.mark.parametrize("error", ["badRequest", "uploadTooLarge", "notFound"])
def test_what_gmail_refuses_fails_with_its_word_and_is_not_repeated(google, delivery, error):
    google.add_fault(kind="answer", error=error, operations=["import_start"], count=1)
    assert after(delivery).state == DeliveryState.FAILED
    assert error in delivery.detail
    assert let_again(delivery).state == DeliveryState.FAILED


@pytest.mark.parametrize(
    "error", ["insufficientPermissions", "domainPolicy", "accessNotConfigured", "failedPrecondition"]
)
def test_a_lost_permission_parks_all_that_waits_for_the_mailbox(google, delivery, mailbox, bucket, error):
    behind = make_delivery(make_inbound(bucket=bucket), mailbox)
    google.add_fault(kind="answer", error=error, operations=["import_start"])
    assert after(delivery).state == DeliveryState.PARKED
    behind.refresh_from_db()
    assert (behind.state, behind.reason) == (DeliveryState.PARKED, Reason.DESTINATION_BROKEN)
    grant = OAuthGrant.objects.get()
    assert (grant.health, grant.reason) == (Health.REVOKED, error)


def test_raw_mail_that_is_gone_fails_by_name(google, mailbox, bucket):
    done = after(make_delivery(make_inbound(), mailbox))
    assert (done.state, done.reason) == (DeliveryState.FAILED, Reason.RAW_MISSING)


def test_a_mailbox_that_is_gone_fails_by_name(google, delivery):
    InboundDelivery.objects.update(destination="999999")
    assert after(delivery).reason == Reason.DESTINATION_GONE


def test_delivering_again_puts_it_there_again(google, delivery):
    google.ask("POST", "merging", {"merges_same_message_id": False})
    after(delivery)
    deliver_again([delivery.pk], actor=None)
    assert after(delivery).state == DeliveryState.DELIVERED
    assert len(google.imports()) == 2
    assert GmailImport.objects.count() == 1


def test_a_persons_word_is_not_forgotten_while_gmail_wants_nothing(google, delivery, mailbox):
    google.ask("POST", "merging", {"merges_same_message_id": False})
    after(delivery)
    slow_down(mailbox, 60)
    deliver_again([delivery.pk], actor=None)
    assert after(delivery).state == DeliveryState.PENDING
    GmailMailbox.objects.update(wait_until=None)
    assert let_again(delivery).state == DeliveryState.DELIVERED
    assert len(google.imports()) == 2


def test_what_is_uncertain_goes_again_at_a_persons_word_though_it_was_parked(google, delivery, mailbox):
    google.add_fault(kind="drop_request", operations=["import_put"], count=1)
    after(delivery)
    google.ask("POST", "forget-uploads", {})
    assert let_again(delivery).state == DeliveryState.UNCERTAIN
    deliver_again([delivery.pk], actor=None)
    park_waiting(mailbox)
    drain_mailbox(mailbox.pk)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DELIVERED
    assert len(google.imports()) == 1


def test_mail_whose_bucket_refuses_us_waits(google, delivery, monkeypatch):
    def refuse(*_args):
        raise Refused("Access Denied", service="s3", code="403")

    monkeypatch.setattr(s3, "head_object", refuse)
    assert after(delivery).state == DeliveryState.PENDING
    assert delivery.reason == Reason.RAW_UNREACHABLE


def test_while_google_gives_no_tokens_the_mailbox_waits_as_a_whole(google, mailbox, bucket):
    google.add_fault(kind="answer", error="internal_failure", operations=["token"])
    tried = [after(make_delivery(make_inbound(bucket=bucket), mailbox)) for _ in range(4)]
    assert [delivery.attempts for delivery in tried] == [1, 1, 0, 0]
    assert {delivery.state for delivery in tried} == {DeliveryState.PENDING}
