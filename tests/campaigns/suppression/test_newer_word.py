"""A release is not undone by a bounce that is older, or that came only because SES still listed the address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.sending.events import apply_events
from campaigns.sending.models import Delivery
from campaigns.sending.states import DeliveryState
from campaigns.suppression.models import EndedSuppression, Suppression
from campaigns.suppression.services import release, suppress
from campaigns.suppression.ses_models import SesListChange
from tests.campaigns.sending.test_events import event
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db

Reason, Source = Suppression.Reason, Suppression.Source


def released(reason: str = Reason.BOUNCE) -> Delivery:
    """Somebody who was let go a moment ago, with a mail on its way."""
    [row] = plan_people(make_campaign(), [DeliveryState.ACCEPTED])
    entry = suppress(row.address, reason=Reason(reason), source=Source.SES_EVENT)
    release(entry.pk, reason_text="A new mailbox.", actor=None)
    return row


def bounce(row: Delivery, sub_type: str, *, minutes: int) -> str:
    at = (timezone.now() + timedelta(minutes=minutes)).isoformat()
    return event(row.pk, "Bounce", bounceType="Permanent", bounceSubType=sub_type, timestamp=at, feedbackId=sub_type)


def test_older_bounce_that_comes_late_does_not_undo_the_release():
    row = released()
    apply_events([bounce(row, "General", minutes=-30)])
    row.refresh_from_db()
    assert row.state == DeliveryState.BOUNCED
    assert not Suppression.objects.exists()


def test_newer_bounce_suppresses_again():
    apply_events([bounce(released(), "General", minutes=1)])
    assert Suppression.objects.get().reason == Reason.BOUNCE


def test_held_back_before_ses_took_it_off_does_not_undo_the_release():
    row = released()
    apply_events([bounce(row, "OnAccountSuppressionList", minutes=1)])
    assert not Suppression.objects.exists()


def test_held_back_long_after_ses_should_have_taken_it_off_suppresses():
    row = released()
    SesListChange.objects.update(done_at=timezone.now())
    apply_events([bounce(row, "OnAccountSuppressionList", minutes=60)])
    assert Suppression.objects.exists()


def test_complaint_suppresses_whatever_was_released():
    row = released()
    apply_events([event(row.pk, "Complaint", feedbackId="c1")])
    assert Suppression.objects.get().reason == Reason.COMPLAINT


def test_bounce_that_whoever_released_did_not_know_of_suppresses():
    row = released(Reason.UNSUBSCRIBE)
    EndedSuppression.objects.update(ended_at=timezone.now())
    apply_events([bounce(row, "General", minutes=-30)])
    assert Suppression.objects.get().reason == Reason.BOUNCE
