"""From what was written to a mail, and what becomes of it."""

from __future__ import annotations

import base64
import email
from datetime import timedelta
from email.policy import default as modern

import pytest
from django.utils import timezone

from campaigns.forms.mailing import mail_waiting
from campaigns.forms.models import FormMessage
from campaigns.forms.outcomes import settle_messages, sweep_forms, try_again
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.states import DeliveryState, Reason
from campaigns.suppression.models import Suppression
from campaigns.transactional.services import queue_message
from portal.alerts.models import Alert
from portal.errors import Conflict, Refused, Unavailable
from portal.queues import TaskName
from tests.factories.forms import make_contact_form, make_form_message

pytestmark = pytest.mark.django_db
State = FormMessage.State


def the_mail(ses):
    (request,) = ses.requests
    return email.message_from_bytes(base64.b64decode(request["Content"]["Raw"]["Data"]), policy=modern)


def test_the_mail_comes_from_the_form_and_is_answered_to_who_wrote(ses, hints):
    make_form_message(
        text="Two lines:\n<b>here</b> & [there](https://x.example) {{ first_name }}", origin="https://c.example"
    )
    mail_waiting()
    hints.run_all()
    mail = the_mail(ses)
    assert mail["From"] == "Website <forms@postroom.example>"
    assert (mail["To"], mail["Reply-To"]) == ("office@postroom.example", "nia@home.example")
    assert mail["Subject"] == "[Website] Tickets"
    assert ses.recipients() == ["office@postroom.example"]
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "Two lines:\n<b>here</b> & [there](https://x.example) {{ first_name }}" in text
    page = mail.get_body(("html",)).get_content()
    assert "&lt;b&gt;here&lt;/b&gt;" in page
    assert "<b>here" not in page
    assert 'href="https://x.example"' not in page


def test_running_twice_makes_one_mail(ses, hints):
    message = make_form_message()
    mail_waiting()
    FormMessage.objects.filter(pk=message.pk).update(state=State.RECEIVED, mail=None)  # the worker died before
    mail_waiting()
    hints.run_all()
    message.refresh_from_db()
    assert len(ses.requests) == 1
    assert message.mail is not None


def test_all_messages_of_a_language_share_one_wording(ses):
    form = make_contact_form()
    make_form_message(form, subject="One")
    make_form_message(form, subject="Two")
    mail_waiting()
    assert Campaign.objects.values("version").distinct().count() == 1


def test_what_was_sent_is_noted(ses, hints):
    message = make_form_message()
    mail_waiting()
    hints.run_all()
    settle_messages()
    message.refresh_from_db()
    assert (message.state, message.ended_at is not None) == (State.SENT, True)


def test_a_temporary_error_is_tried_three_times_more_after_2_4_and_8_seconds(ses, hints):
    ses.fail_always(Unavailable("try later", service="ses", code="InternalFailure"))
    message = make_form_message()
    mail_waiting()
    hints.kept = [hint for hint in hints.kept if hint.task == TaskName.SEND_PRIORITY_CHUNK]
    delays = []
    while hints.kept:
        hint = hints.kept[-1]
        delays.append(hint.delay_s)
        Chunk.objects.update(retry_at=None)  # the delay has passed
        hints.kept = [hint]
        _run_one(hints)
        assert len(delays) < 9
        hints.kept = [each for each in hints.kept if each.task == TaskName.SEND_PRIORITY_CHUNK]
    assert delays[:4] == [0, 2, 4, 8]  # a last hint finds nothing to do
    assert ses.calls == 4
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == (DeliveryState.REFUSED, Reason.TRIED_TOO_OFTEN)
    settle_messages()
    message.refresh_from_db()
    assert (message.state, message.problem) == (State.FAILED, "tried too often without success")
    assert "Club website" in Alert.objects.get().text


def _run_one(hints):
    from workers.app import app

    hint = hints.kept.pop(0)
    app.tasks[hint.task.value](**hint.ids)


def test_a_failed_message_stays_until_it_is_tried_again_and_the_alert_ends_then(ses, hints):
    ses.fail_next(Refused("no", service="ses", code="MessageRejected"))
    message = make_form_message()
    mail_waiting()
    hints.run_all()
    settle_messages()
    assert Alert.objects.filter(cleared_at=None).count() == 1
    try_again(message.pk, None)
    mail_waiting()
    hints.run_all()
    sweep_forms()
    message.refresh_from_db()
    assert (message.state, message.problem, len(ses.requests)) == (State.SENT, "", 1)
    assert not Alert.objects.filter(cleared_at=None).exists()
    with pytest.raises(Conflict):
        try_again(message.pk, None)


def test_a_recipient_that_gets_no_mail_fails_the_message_with_the_reason(ses, hints):
    message = make_form_message()
    key = message.form.recipient
    Suppression.objects.create(address=key, address_key=key, reason="bounce", source="ses-event")
    mail_waiting()
    hints.run_all()
    settle_messages()
    message.refresh_from_db()
    assert message.state == State.FAILED
    assert "suppression list" in message.problem


def test_a_form_without_a_usable_sender_fails_the_message(ses):
    form = make_contact_form(from_address="not an address")
    message = make_form_message(form)
    mail_waiting()
    message.refresh_from_db()
    assert message.state == State.FAILED
    assert message.problem


def test_a_message_that_comes_back_later_counts_as_failed(ses, hints):
    message = make_form_message()
    mail_waiting()
    hints.run_all()
    settle_messages()
    Delivery.objects.update(state=DeliveryState.BOUNCED, reason=Reason.MAILBOX_FULL)
    Chunk.objects.update(bounced_count=1)
    settle_messages()
    message.refresh_from_db()
    assert (message.state, message.problem) == (State.FAILED, "the mailbox is full")


def test_the_sweep_rings_for_messages_whose_hint_was_lost(hints):
    make_form_message()
    sweep_forms()
    assert hints.of(TaskName.MAIL_FORM_MESSAGES)


def test_old_messages_go_with_their_words_and_failed_ones_too(ses, hints):
    form = make_contact_form(kept_days=30)
    message = make_form_message(form)
    mail_waiting()
    hints.run_all()
    settle_messages()
    FormMessage.objects.update(received_at=timezone.now() - timedelta(days=31))
    kept = make_form_message(form)
    assert sweep_forms()["deleted"] == 1
    assert FormMessage.objects.get() == kept
    mail = Campaign.objects.get(pk=Campaign.objects.first().pk)
    assert (mail.given_values, mail.reply_to) == ({}, "")
    assert not Campaign.objects.filter(name__contains=message.subject).exists()


def test_one_message_that_cannot_be_made_keeps_no_other_waiting(monkeypatch):
    first, second = make_form_message(subject="One"), make_form_message(subject="Two")

    def queue(order):
        if order.values["subject_line"].endswith("One"):
            raise ValueError("nobody expected this")
        return queue_message(order)

    monkeypatch.setattr("campaigns.forms.mailing.queue_message", queue)
    with pytest.raises(ValueError, match="nobody expected"):
        mail_waiting()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.RECEIVED, State.LEAVING)


def test_what_became_of_many_is_read_at_once(hints, django_assert_max_num_queries):
    form = make_contact_form()
    for number in range(12):
        make_form_message(form, subject=f"Letter {number}")
    mail_waiting()
    Delivery.objects.update(state=DeliveryState.DEFERRED)
    with django_assert_max_num_queries(6):
        settle_messages()
