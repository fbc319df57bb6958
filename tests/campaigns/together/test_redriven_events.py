from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.uncertain.settle import settle_uncertain
from portal.failures.models import FailedMessage
from portal.queues import QueueName
from tests.factories.uncertain import LOST, doubtful_campaign, make_beat, make_way

pytestmark = pytest.mark.django_db
State = FailedMessage.State


@pytest.fixture(autouse=True)
def no_dead_letters(monkeypatch):
    monkeypatch.setattr("portal.aws.sqs.waiting_count", lambda _name: 0)


def a_failed_event(state: str, *, queue: str = QueueName.SES_EVENTS, ago_h: int = 0) -> FailedMessage:
    at = timezone.now() - timedelta(hours=ago_h)
    return FailedMessage.objects.create(
        queue=queue, message_key="k", what="Send", error_class="E", error="e", cause_key="c", state=state,
        first_failed_at=at, last_failed_at=at,
    )  # fmt: skip


@pytest.mark.parametrize("state", [State.TRYING, State.RETRYING])
def test_silence_proves_nothing_while_an_event_that_failed_is_on_its_way_again(state):
    account = make_way()
    make_beat(account, sent_ago_s=7200)
    make_beat(account, sent_ago_s=600)
    doubtful_campaign([LOST])
    failed = a_failed_event(state)
    assert settle_uncertain().proved == 0
    failed.delete()
    assert settle_uncertain().proved == 1


@pytest.mark.parametrize(
    ("state", "queue", "ago_h"),
    [(State.PUT_ASIDE, QueueName.SES_EVENTS, 0), (State.TRYING, QueueName.MAINTENANCE, 0),
     (State.RETRYING, QueueName.SES_EVENTS, 48)],
)  # fmt: skip
def test_what_is_no_event_on_its_way_keeps_nobody_in_doubt(state, queue, ago_h):
    account = make_way()
    make_beat(account, sent_ago_s=7200)
    make_beat(account, sent_ago_s=600)
    doubtful_campaign([LOST])
    a_failed_event(state, queue=queue, ago_h=ago_h)
    assert settle_uncertain().proved == 1
