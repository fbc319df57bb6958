"""Mail of SMTP users: counted once by day, every sender checked, violations recorded, told and, if wanted, stopped."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from django.utils import timezone

from campaigns.feedback.models import FeedbackCount
from campaigns.sending.events import apply_events
from credentials.smtp_users.mail_news import read_mail_news
from credentials.smtp_users.models import SmtpMailEvent, SmtpUserStep, SmtpViolation
from credentials.smtp_users.services import enable_smtp_user
from credentials.smtp_users.validator import VIOLATION, sweep_smtp_mail
from portal.alerts.models import Alert
from portal.queues import TaskName
from tests.factories.smtp_mail import smtp_mail_event
from tests.factories.smtp_users import make_smtp_user

pytestmark = pytest.mark.django_db


def counts_of(user):
    [day] = user.days.all()
    names = ("sent", "delivered", "bounced", "complained", "rejected", "violation")
    return tuple(getattr(day, f"{name}_count") for name in names)


def event_for(user, kind="Send", **options):
    return smtp_mail_event(kind, caller=user.iam_user_name, sent_at=options.pop("sent_at", timezone.now()), **options)


def test_each_event_counts_once_however_often_it_comes():
    user = make_smtp_user()
    sent_at = timezone.now()
    bodies = [
        event_for(user, "Send", to=("a@club.example", "b@club.example"), sent_at=sent_at),
        event_for(user, "Delivery", sent_at=sent_at),
        event_for(user, "Bounce", sent_at=sent_at),
        event_for(user, "Complaint", sent_at=sent_at),
        event_for(user, "Reject", message_id="0100-2", sent_at=sent_at),
    ]
    apply_events([*bodies, bodies[0]])
    apply_events(reversed(bodies))
    assert counts_of(user) == (2, 1, 1, 1, 1, 0)
    user.refresh_from_db()
    assert user.last_used_at == sent_at
    assert not FeedbackCount.objects.exists()  # it is somebody's after all


def test_mail_of_strangers_stays_a_refusal():
    report = apply_events([smtp_mail_event(caller="ses-smtp-user-nobody-1"), smtp_mail_event(caller="some-role")])
    assert report.unreadable == 2
    assert FeedbackCount.objects.get().count == 2
    assert not SmtpMailEvent.objects.exists()


def test_every_sender_is_checked_and_recorded_once():
    user = make_smtp_user(senders=("*@example.org",))
    senders = ("Scanner <scan@example.org>", "Boss <boss@elsewhere.example>", "x@sub.example.org")
    apply_events([event_for(user, senders=senders)])
    apply_events([event_for(user, "Delivery", senders=senders)])
    found = SmtpViolation.objects.order_by("from_address")
    assert [each.from_address for each in found] == ["boss@elsewhere.example", "x@sub.example.org"]
    assert found[0].source_ip == "192.0.2.7"
    assert counts_of(user) == (1, 1, 0, 0, 0, 2)
    alert = Alert.objects.get(code=VIOLATION)
    assert "office-printer" in alert.text
    assert "x@sub.example.org" in alert.text


def test_a_tag_of_campaigns_hides_no_violation():
    user = make_smtp_user()
    tags = {"postroom_delivery": ["1"], "postroom_attempt": ["1"]}
    apply_events([event_for(user, senders=("boss@example.org",), tags=tags)])
    assert SmtpViolation.objects.get().user == user


def test_what_was_sent_under_an_earlier_list_is_no_violation():
    user = make_smtp_user()
    written_at = timezone.now() - timedelta(hours=1)
    step = SmtpUserStep.objects.create(user=user, username=user.username, call="PutUserPolicy", outcome="done")
    SmtpUserStep.objects.filter(pk=step.pk).update(ended_at=written_at)
    apply_events([event_for(user, senders=("old@example.org",), sent_at=written_at - timedelta(minutes=5))])
    assert not SmtpViolation.objects.exists()
    apply_events(
        [event_for(user, senders=("old@example.org",), message_id="2", sent_at=written_at + timedelta(hours=1))]
    )
    assert SmtpViolation.objects.count() == 1


def test_too_many_violations_block_the_user_where_that_is_set(settings, hints):
    user = make_smtp_user()
    settings.SMTP_BLOCK_AFTER = 3
    for number in range(2):
        apply_events([event_for(user, senders=("boss@example.org",), message_id=f"m{number}")])
    user.refresh_from_db()
    assert user.is_enabled
    apply_events([event_for(user, senders=("boss@example.org",), message_id="m2")])
    user.refresh_from_db()
    assert not user.is_enabled
    assert [hint.task for hint in hints.kept] == [TaskName.PROVISION_SMTP_USER]
    assert user.disabled_reason.startswith("Postroom disabled it: it sent 3 mails within ")
    enable_smtp_user(user.pk, actor=None)
    user.refresh_from_db()
    assert (user.is_enabled, user.disabled_reason) == (True, "")


def test_old_violations_block_nobody(settings):
    user = make_smtp_user()
    settings.SMTP_BLOCK_AFTER = 2
    for number in range(3):
        long_ago = timezone.now() - timedelta(hours=25)
        apply_events([event_for(user, senders=("boss@example.org",), message_id=f"m{number}", sent_at=long_ago)])
    user.refresh_from_db()
    assert user.is_enabled


def test_the_alert_ends_and_old_rows_go(settings):
    user = make_smtp_user()
    apply_events([event_for(user, senders=("boss@example.org",))])
    assert sweep_smtp_mail()["alerts_cleared"] == 0
    SmtpViolation.objects.update(sent_at=timezone.now() - timedelta(hours=25))
    SmtpMailEvent.objects.update(counted_at=timezone.now() - timedelta(days=22))
    user.days.update(day=(timezone.now() - timedelta(days=401)).date())
    assert sweep_smtp_mail() == {
        "alerts_cleared": 1, "events_forgotten": 1, "days_forgotten": 1, "violations_forgotten": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"eventType": "Send"},
        {"eventType": "Send", "mail": {"tags": "x"}},
        {"eventType": "Open", "mail": {"tags": {"ses:caller-identity": ["a"]}, "timestamp": "2026-11-20T12:00:00Z"}},
        {"eventType": "Send", "mail": {"tags": {"ses:caller-identity": ["a"]}, "timestamp": 5, "messageId": "m"}},
        {"eventType": "Send", "mail": {"tags": {"ses:caller-identity": [7]}, "timestamp": "2026-11-20T12:00:00Z"}},
    ],
)
def test_what_tells_nothing_is_left_out(event):
    assert read_mail_news(event) is None


def test_an_event_without_from_speaks_of_its_envelope():
    mail = {
        "tags": {"ses:caller-identity": ["a"]},
        "timestamp": "2026-11-20T12:00:00Z",
        "messageId": "m",
        "source": "x@y.example",
    }
    news = read_mail_news({"eventType": "Send", "mail": mail})
    assert news is not None
    assert news.senders == ("x@y.example",)
    assert news.sent_at.tzinfo is UTC
