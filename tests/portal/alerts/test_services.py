from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from portal.alerts.models import Alert, AlertNotice, AlertRecipient, Severity
from portal.alerts.services import Finding, clear_alert, keep_alerts, quiet_for_all, raise_alert
from portal.models import Activity
from portal.queues import TaskName

pytestmark = pytest.mark.django_db
TOPIC = "arn:aws:sns:us-east-1:123456789012:postroom-alerts"


@pytest.fixture(autouse=True)
def _places(settings):
    settings.ALERTS_TOPIC_ARN = TOPIC
    AlertRecipient.objects.create(address="office@club.example")
    AlertRecipient.objects.create(address="night@club.example", is_told_warnings=False)


def raise_breaker(text: str = "Too many bounces.", **fields) -> Alert:
    return raise_alert("campaign.breaker", subject_key="campaign:1", text=text, url="/admin/1/", **fields)


def notices() -> list[tuple[str, str, str]]:
    return list(AlertNotice.objects.order_by("pk").values_list("kind", "channel", "recipient"))


def test_a_change_is_told_once_to_each_place(hints):
    first = raise_breaker()
    again = raise_breaker("Even more bounces.")
    assert first.pk == again.pk
    assert Alert.objects.get().text == "Even more bounces."
    assert notices() == [
        ("raised", "topic", TOPIC),
        ("raised", "mail", "night@club.example"),
        ("raised", "mail", "office@club.example"),
    ]
    assert len(hints.of(TaskName.SEND_ALERTS)) == 1


def test_what_is_over_is_told_to_whoever_was_told():
    raise_breaker()
    AlertRecipient.objects.create(address="new@club.example")
    assert clear_alert("campaign.breaker", subject_key="campaign:1")
    assert not clear_alert("campaign.breaker", subject_key="campaign:1")
    assert [recipient for kind, _channel, recipient in notices() if kind == "cleared"] == [
        TOPIC,
        "night@club.example",
        "office@club.example",
    ]


def test_after_it_was_over_it_is_a_new_change():
    first = raise_breaker()
    clear_alert("campaign.breaker", subject_key="campaign:1")
    second = raise_breaker()
    assert first.pk != second.pk
    assert Alert.objects.filter(cleared_at=None).count() == 1
    assert len([kind for kind, _channel, _place in notices() if kind == "raised"]) == 6


def test_what_only_needs_a_look_wakes_nobody_who_does_not_want_it():
    raise_breaker(severity=Severity.WARN)
    assert [recipient for _kind, _channel, recipient in notices()] == [TOPIC, "office@club.example"]


def test_an_alert_of_a_deed_that_was_rolled_back_is_none():
    with transaction.atomic():
        raise_breaker()
        transaction.set_rollback(True)
    assert not Alert.objects.exists()
    assert not AlertNotice.objects.exists()


def test_one_look_at_all_subjects_raises_and_clears():
    keep_alerts("queue", {"a": Finding("A is full."), "b": Finding("B is full.")})
    keep_alerts("queue", {"b": Finding("B is fuller.")})
    rows = dict(Alert.objects.filter(cleared_at=None).values_list("subject_key", "text"))
    assert rows == {"b": "B is fuller."}
    assert Alert.objects.exclude(cleared_at=None).get().subject_key == "a"


def test_a_long_text_is_cut_and_not_refused():
    assert len(raise_breaker("x" * 2000).text) == 500


def test_quieting_for_all_is_recorded_once():
    alert, anna = raise_breaker(), User.objects.create_user("anna")
    quiet_for_all(alert.pk, actor=anna)
    quiet_for_all(alert.pk, actor=anna)
    assert Alert.objects.get().quieted_by_name == "anna"
    assert Activity.objects.filter(verb="alert.quieted").count() == 1
