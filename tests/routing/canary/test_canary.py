from __future__ import annotations

from datetime import timedelta

import pytest

from portal.alerts.models import Alert
from portal.errors import AnswerLost, Conflict, Refused, Throttled
from routing.canary.letter import LABEL
from routing.canary.models import CanaryRun
from routing.canary.services import ask_for_canary
from routing.domains.models import InboundDomain
from routing.inbound.models import DeliveryState, InboundDelivery, InboundMessage
from routing.inbound.sweep import sweep_inbound
from routing.rules.figures import default_hits, unmatched_recipients
from routing.rules.models import RuleHit
from routing.rules.trying import replay_last_week
from tests.factories.gmail import make_mailbox
from tests.factories.inbound import make_rule


def newest() -> CanaryRun:
    return CanaryRun.objects.order_by("-due_at")[0]


def is_alerted() -> bool:
    return Alert.objects.filter(code="inbound.canary", cleared_at=None).exists()


def test_one_goes_out_each_hour_whoever_looks_and_however_often(way):
    for _minute in range(125):
        way.look(1)
        way.look()
    assert len(way.sent) == 3
    assert [run.due_at.minute for run in CanaryRun.objects.all()] == [0, 0, 0]
    assert b"\r\nTo: postroom-test@in.example\r\n" in way.sent[0]


def test_none_goes_out_when_switched_off_or_where_no_domain_receives(way, settings):
    settings.CANARY_EVERY_MIN = 0
    way.look()
    settings.CANARY_EVERY_MIN = 60
    InboundDomain.objects.update(receives=False)
    way.look()
    assert way.sent == []


def test_it_is_measured_from_sending_to_its_last_delivery(way):
    make_rule("*@in.example")
    way.look()
    way.clock.shift(timedelta(seconds=4))
    way.come_in()
    way.look(1)
    run = newest()
    assert (run.state, run.arrived_at - run.sent_at) == (CanaryRun.State.ARRIVED, timedelta(seconds=4))
    assert run.message.is_canary


def test_it_counts_as_no_hit_no_unmatched_address_no_mail_of_last_week(way):
    rule = make_rule("postroom-test@in.example")
    way.look()
    way.come_in()
    rule.delete()
    way.look(61)
    way.come_in()
    assert InboundMessage.objects.filter(is_canary=True).count() == 2
    assert not RuleHit.objects.exists()
    assert default_hits().count == 0
    assert unmatched_recipients() == []
    assert replay_last_week([]).messages == 0


def test_it_goes_to_gmail_under_its_own_label_and_nowhere_else(way):
    mailbox = make_mailbox()
    to_gmail = {"kind": "gmail", "account_id": mailbox.pk, "labels": ["Work"], "never_spam": False}
    make_rule("*@in.example", to_gmail, {"kind": "webhook", "url": "https://hook.example/in"})
    way.look()
    way.come_in()
    [delivery] = InboundDelivery.objects.all()
    assert (delivery.action, delivery.options["labels"], delivery.options["never_spam"]) == ("gmail", [LABEL], True)


@pytest.mark.parametrize(
    "action",
    [{"kind": "bounce", "code": "no_mailbox"}, {"kind": "forward", "address": "a@else.example"}, {"kind": "hold"}],
)
def test_nobody_is_bounced_told_or_kept_waiting_for_its_sake(way, action):
    make_rule("*@in.example", action)
    way.look()
    way.come_in()
    assert list(InboundDelivery.objects.values_list("action", "state")) == [("store", "stored")]


def test_one_that_does_not_come_is_told_of_once_and_its_return_too(way):
    way.look()
    way.look(14)
    assert not is_alerted()
    way.look(2)
    assert (newest().state, is_alerted()) == (CanaryRun.State.MISSING, True)
    way.look(1)
    assert Alert.objects.count() == 1
    way.come_in()
    way.look(1)
    assert (newest().state, is_alerted()) == (CanaryRun.State.ARRIVED, False)


def test_a_newer_one_that_arrives_ends_the_alert(way):
    way.look()
    way.look(16)
    way.look(45)
    assert is_alerted()
    way.come_in()
    way.look(1)
    assert not is_alerted()


def test_one_whose_delivery_failed_is_told_of(way):
    make_rule("*@in.example", {"kind": "gmail", "account_id": make_mailbox().pk})
    way.look()
    way.come_in()
    InboundDelivery.objects.update(state=DeliveryState.FAILED, reason="refused")
    way.look(1)
    assert (newest().state, is_alerted()) == (CanaryRun.State.FAILED, True)


def test_one_that_ses_refuses_is_told_of_with_ses_words(way):
    way.refusal = Refused("Email address is not verified.", service="ses", code="MessageRejected")
    way.look()
    assert (newest().state, newest().detail, is_alerted()) == ("failed", "Email address is not verified.", True)


def test_one_that_ses_puts_off_is_sent_later(way):
    way.refusal = Throttled("slowly", service="ses", code="TooManyRequestsException")
    way.look()
    way.refusal = None
    way.look(1)
    assert (len(way.sent), newest().state) == (1, CanaryRun.State.SENT)


def test_one_whose_answer_was_lost_is_not_sent_twice(way):
    way.refusal = AnswerLost("reset", service="ses", code="")
    way.look()
    way.refusal = None
    way.look(1)
    assert way.sent == []


def test_a_stranger_with_the_header_gets_no_other_treatment(way):
    rule = make_rule("*@in.example", {"kind": "bounce", "code": "no_mailbox"})
    way.look()
    way.come_in(b"From: x@y.example\r\nTo: a@in.example\r\nX-Postroom-Canary: guessed\r\n\r\n")
    token = newest().token.encode()
    way.come_in(b"From: x@y.example\r\nTo: a@in.example\r\nX-Postroom-Canary: " + token + b"\r\n\r\n", "a@in.example")
    assert not InboundMessage.objects.filter(is_canary=True).exists()
    assert RuleHit.objects.get(rule=rule).count == 2


def test_one_may_be_asked_for_at_any_time(way, hints):
    way.look()
    ask_for_canary(actor=None)
    hints.run_all()
    assert len(way.sent) == 2
    InboundDomain.objects.all().delete()
    with pytest.raises(Conflict):
        ask_for_canary(actor=None)


def test_its_raw_mail_and_row_go_after_some_days(way):
    way.look()
    way.come_in()
    way.look(1)
    way.clock.shift(timedelta(days=4))
    sweep_inbound()
    assert way.bucket.objects == {}
    assert not InboundMessage.objects.exists()
    assert newest().state == CanaryRun.State.ARRIVED
