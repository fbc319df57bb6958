"""When mail of SMTP users cannot be counted at the moment: nothing is lost, nothing counts twice."""

from __future__ import annotations

import pytest
from django.utils import timezone

from campaigns.feedback.models import FeedbackCount
from campaigns.sending.events import apply_events
from credentials.smtp_users import validator
from credentials.smtp_users.models import SmtpMailEvent, SmtpUserDay, SmtpViolation
from credentials.smtp_users.policy import compile_policy
from portal.alerts.models import Alert
from portal.aws.sqs import Message
from portal.queues import QUEUES, QueueName
from tests.factories.smtp_mail import smtp_mail_event
from tests.factories.smtp_users import make_smtp_user
from workers.feeds import serve_messages

pytestmark = pytest.mark.django_db

EVENTS = QUEUES[QueueName.SES_EVENTS]


def messages_of(user, *message_ids, **options):
    return [
        Message(
            smtp_mail_event(caller=user.iam_user_name, sent_at=timezone.now(), message_id=each, **options), each, each
        )
        for each in message_ids
    ]


def break_it(*_arguments, **_options):
    raise RuntimeError("broken")


@pytest.mark.parametrize("tags", [{}, {"postroom_delivery": ["1"], "postroom_attempt": ["1"]}])
def test_what_could_not_be_counted_comes_again_and_counts_once(monkeypatch, tags):
    user = make_smtp_user()
    messages = messages_of(user, "m1", "m2", tags=tags)
    with monkeypatch.context() as patched:
        patched.setattr(validator, "_add_to_days", break_it)
        assert serve_messages(EVENTS, messages) == []  # none is acknowledged
    assert not SmtpMailEvent.objects.exists()
    assert serve_messages(EVENTS, messages) == messages
    assert SmtpUserDay.objects.get().sent_count == 2
    assert not FeedbackCount.objects.filter(cause="not_ours").exists()


@pytest.mark.parametrize("part", ["raise_alert", "disable_smtp_user"])
def test_a_violation_is_recorded_only_together_with_its_alert_and_its_block(monkeypatch, settings, part):
    settings.SMTP_BLOCK_AFTER = 1
    user = make_smtp_user()
    messages = messages_of(user, "m1", senders=("boss@example.org",))
    with monkeypatch.context() as patched:
        patched.setattr(validator, part, break_it)
        with pytest.raises(RuntimeError):
            serve_messages(EVENTS, messages)
    assert not SmtpViolation.objects.exists()
    serve_messages(EVENTS, messages)
    user.refresh_from_db()
    assert SmtpViolation.objects.count() == Alert.objects.count() == 1
    assert not user.is_enabled


def test_what_iam_still_allows_is_no_violation_while_a_shorter_list_is_on_its_way():
    applied = compile_policy(["old@example.org", "scan@example.org"]).document
    user = make_smtp_user(applied_policy=applied, wish_count=2)
    bodies = [each.body for each in messages_of(user, "m1", senders=("old@example.org",))]
    assert apply_events(bodies).others_error is None
    assert not SmtpViolation.objects.exists()
    apply_events([each.body for each in messages_of(user, "m2", senders=("boss@example.org",))])
    assert SmtpViolation.objects.get().from_address == "boss@example.org"
