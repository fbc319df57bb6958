from __future__ import annotations

import json

import pytest

from campaigns.feedback.causes import Cause
from campaigns.feedback.models import FeedbackCount, RawEvent, WaitingNotification
from campaigns.feedback.services import apply_waiting, delete_old_raw_events, sweep_feedback
from campaigns.privacy.anonymous import anonymous_address
from campaigns.sending.events import apply_events
from campaigns.sending.models import Acceptance, Delivery, DeliveryEvent
from campaigns.sending.states import DeliveryState, Reason
from campaigns.suppression.models import Suppression
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.feedback import hard_bounce, in_envelope, notification, ses_event
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db


def sent(state: DeliveryState = DeliveryState.ACCEPTED, *, receipt: str = "") -> Delivery:
    [row] = plan_people(make_campaign(), [state])
    if receipt:
        add_receipt(row, receipt)
    return row


def add_receipt(row: Delivery, message_id: str) -> None:
    Acceptance.objects.create(
        delivery_id=row.pk, attempt_id=1, ses_message_id=message_id, accepted_at="2026-11-22T10:00:00Z"
    )


def state_of(row: Delivery) -> DeliveryState:
    row.refresh_from_db()
    assert_counters_agree(row.campaign)
    return DeliveryState(row.state)


def counted() -> dict[str, int]:
    return dict(FeedbackCount.objects.values_list("cause", "count"))


def test_each_kind_of_event_is_kept_as_it_came():
    row = sent()
    kinds = [
        "Send", "Delivery", "DeliveryDelay", "Bounce", "Complaint", "Reject", "Rendering Failure", "Open", "Click",
        "Subscription",
    ]  # fmt: skip
    bodies = [ses_event(row.pk, kind) for kind in kinds]
    report = apply_events([in_envelope(body) for body in bodies])
    assert sorted(RawEvent.objects.values_list("body", flat=True)) == sorted(bodies)
    assert set(RawEvent.objects.values_list("pk", flat=True)) == set(DeliveryEvent.objects.values_list("pk", flat=True))
    assert (report.unreadable, report.unknown, report.repeated) == (0, 0, 0)
    assert state_of(row) == DeliveryState.COMPLAINED


def test_no_raw_event_is_kept_where_the_setting_says_so(settings):
    settings.RAW_EVENTS_DAYS = 0
    row = sent()
    apply_events([ses_event(row.pk, "Delivery")])
    assert DeliveryEvent.objects.exists()
    assert not RawEvent.objects.exists()


def test_raw_events_go_when_their_time_is_over(settings):
    row = sent()
    apply_events([ses_event(row.pk, "Send"), ses_event(row.pk, "Delivery")])
    old = RawEvent.objects.order_by("pk").first()
    RawEvent.objects.filter(pk=old.pk).update(received_at="2026-01-01T00:00:00Z")
    assert delete_old_raw_events() == 1
    assert RawEvent.objects.count() == 1
    assert DeliveryEvent.objects.count() == 2


def test_notification_without_tags_finds_its_delivery_by_the_message_id():
    row = sent(receipt="mid-1")
    apply_events([notification("Complaint", message_id="mid-1", to=row.address)])
    assert state_of(row) == DeliveryState.COMPLAINED
    assert Suppression.objects.get().reason == "complaint"


def test_notification_that_comes_before_our_commit_waits_and_is_applied_by_the_sweep():
    row = sent(DeliveryState.SENDING)
    body = notification("Bounce", message_id="mid-1", to=row.address, bounceType="Permanent", bounceSubType="NoEmail")
    assert apply_events([body, in_envelope(body)]).waiting == 2
    assert apply_waiting() == 0
    assert state_of(row) == DeliveryState.SENDING
    add_receipt(row, "mid-1")
    assert sweep_feedback()["applied"] == 2
    assert state_of(row) == DeliveryState.BOUNCED
    assert not WaitingNotification.objects.exists()
    assert DeliveryEvent.objects.count() == 1


def test_notification_about_mail_of_others_is_given_up_and_counted():
    apply_events([notification("Delivery", message_id="of-others", to="x@y.example")])
    WaitingNotification.objects.update(received_at="2026-01-01T00:00:00Z")
    assert sweep_feedback()["given_up"] == 1
    assert counted() == {Cause.UNMATCHED: 1}


def test_event_of_an_uncertain_delivery_brings_the_receipt_that_was_lost():
    row = sent(DeliveryState.UNCERTAIN)
    apply_events([ses_event(row.pk, "Send", message_id="mid-9")])
    assert state_of(row) == DeliveryState.ACCEPTED
    found = Acceptance.objects.get(pk=row.pk)
    assert (found.ses_message_id, found.attempt_id) == ("mid-9", 7)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("", Cause.UNREADABLE),
        ("[]", Cause.UNREADABLE),
        ('{"eventType": "Send"}', Cause.UNREADABLE),
        ('{"Type": "SubscriptionConfirmation", "Message": "m", "SubscribeURL": "http://169.254.169.254/"}',
         Cause.UNREADABLE),
        (ses_event(1, "Delivery")[:-30], Cause.TRUNCATED),
        (in_envelope(ses_event(1, "Delivery")[:200]), Cause.TRUNCATED),
        (ses_event("1; drop table", "Send"), Cause.FORGED_TAG),
        (ses_event("9" * 40, "Send"), Cause.FORGED_TAG),
        (ses_event("\u0661", "Send"), Cause.FORGED_TAG),
        (ses_event(987_654_321, "Send"), Cause.UNKNOWN_TAG),
        (ses_event(1, "Send").replace("postroom_delivery", "other"), Cause.NOT_OURS),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_counted_by_cause_and_changes_nothing(body, cause):
    row = sent()
    apply_events([body])
    assert counted() == {cause: 1}
    assert state_of(row) == DeliveryState.ACCEPTED
    assert not DeliveryEvent.objects.exists()


def test_foreign_accounts_and_topics_are_refused(settings):
    row = sent()
    settings.SES_ACCOUNT_ID = "999999999999"
    apply_events([ses_event(row.pk, "Delivery")])
    settings.SES_ACCOUNT_ID = "123456789012"
    settings.SES_EVENTS_TOPIC_ARN = "arn:aws:sns:eu-west-1:123456789012:ours"
    apply_events([in_envelope(ses_event(row.pk, "Delivery"))])
    assert counted() == {Cause.FOREIGN_ACCOUNT: 1, Cause.FOREIGN_TOPIC: 1}
    assert state_of(row) == DeliveryState.ACCEPTED
    apply_events([in_envelope(ses_event(row.pk, "Delivery"), topic=settings.SES_EVENTS_TOPIC_ARN)])
    assert state_of(row) == DeliveryState.DELIVERED


def test_event_of_another_installation_with_the_same_numbers_changes_nothing():
    row = sent()
    apply_events([hard_bounce(row.pk, to="somebody.else@club.example")])
    assert counted() == {Cause.OTHER_ADDRESS: 1}
    assert state_of(row) == DeliveryState.ACCEPTED
    assert not Suppression.objects.exists()
    apply_events([ses_event(row.pk, "Delivery", to=f"Anna <{row.address.upper()}>")])
    assert state_of(row) == DeliveryState.DELIVERED


def test_replayed_event_is_counted_and_changes_nothing():
    row = sent()
    bounce = hard_bounce(row.pk)
    apply_events([bounce])
    Suppression.objects.all().delete()
    Delivery.objects.filter(pk=row.pk).update(state=DeliveryState.BOUNCED)
    assert apply_events([bounce, in_envelope(bounce)]).repeated == 2
    assert counted() == {Cause.REPEATED: 2}
    assert not Suppression.objects.exists()


def test_event_about_a_forgotten_person_counts_without_naming_them():
    row = sent()
    Delivery.objects.filter(pk=row.pk).update(address=anonymous_address(row.pk), address_key=anonymous_address(row.pk))
    recipients = [{"emailAddress": "anna@club.example", "diagnosticCode": "550 anna@club.example unknown"}]
    apply_events([hard_bounce(row.pk, to="anna@club.example", bouncedRecipients=recipients)])
    assert state_of(row) == DeliveryState.BOUNCED
    assert DeliveryEvent.objects.get().diagnostic == ""
    assert not RawEvent.objects.exists()
    assert not Suppression.objects.exists()
    assert counted() == {Cause.ERASED: 1}


def test_unknown_kind_of_event_is_kept_and_counted():
    row = sent()
    apply_events([ses_event(row.pk, "Levitation")])
    assert counted() == {Cause.UNKNOWN_TYPE: 1}
    assert DeliveryEvent.objects.get().event_type == "levitation"


def test_what_a_database_would_refuse_stands_in_no_example():
    apply_events(["\ud800 \0 no JSON", in_envelope("\ud800\0")])
    assert FeedbackCount.objects.get().count == 2


def test_examples_name_nobody():
    apply_events([json.dumps({"mail": 'anna@club.example "token"', "t": "abcdefghij" * 9}), "anna@club.example"])
    example = FeedbackCount.objects.get().example
    assert "anna" not in example
    assert "abcdefghij" not in example


def test_leaving_by_the_list_management_of_ses_is_honoured():
    row = sent()
    topics = [{"topicName": "news", "subscriptionStatus": "OptOut"}]
    apply_events([ses_event(row.pk, "Subscription", newTopicPreferences={"topicSubscriptionStatus": topics})])
    assert not Suppression.objects.exists()
    assert DeliveryEvent.objects.get().diagnostic == "news: OptOut"
    apply_events([ses_event(row.pk, "Subscription", contactList="x", newTopicPreferences={"unsubscribeAll": True},
                            at="2026-11-22T11:00:00Z")])  # fmt: skip
    assert Suppression.objects.get().reason == "unsubscribe"


def test_taking_a_mail_out_of_the_spam_folder_is_no_complaint():
    row = sent()
    apply_events([ses_event(row.pk, "Complaint", complaintFeedbackType="not-spam")])
    assert state_of(row) == DeliveryState.ACCEPTED
    assert not Suppression.objects.exists()


def test_complaint_of_long_ago_that_ses_remembers_is_no_new_complaint():
    row = sent()
    apply_events([ses_event(row.pk, "Complaint", complaintSubType="OnAccountSuppressionList")])
    assert state_of(row) == DeliveryState.BOUNCED
    assert row.reason == Reason.SES_SUPPRESSED
    assert Suppression.objects.get().reason == "complaint"
