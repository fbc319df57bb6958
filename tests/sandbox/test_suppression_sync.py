"""The sync against the double, through boto3 as in life: pages, times, refusals, errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from campaigns.suppression import ses_sync
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import release, suppress
from campaigns.suppression.ses_models import SesListChange, SesListSync
from portal.aws import ses_list
from portal.errors import Refused

pytestmark = pytest.mark.django_db

Reason, Source = Suppression.Reason, Suppression.Source


@pytest.fixture(autouse=True)
def through_the_double(ses, monkeypatch):
    monkeypatch.setattr(ses_list, "client", lambda _service: ses)


def sync() -> SesListSync:
    SesListSync.objects.filter(finished_at__isnull=False).update(finished_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert ses_sync.sync_with_ses(sleep=lambda _s: None)
    return SesListSync.objects.get()


def listed(ses) -> list[tuple[str, str]]:
    found = ses.list_suppressed_destinations()["SuppressedDestinationSummaries"]
    return sorted((entry["EmailAddress"], entry["Reason"]) for entry in found)


def test_both_lists_become_one(ses):
    ses.put_suppressed_destination(EmailAddress="there@club.example", Reason="COMPLAINT")
    suppress("Here@club.example", reason=Reason.BOUNCE, source=Source.OPERATOR)
    state = sync()
    assert state.problem == ""
    assert listed(ses) == [("here@club.example", "BOUNCE"), ("there@club.example", "COMPLAINT")]
    there = Suppression.objects.get(address_key="there@club.example")
    assert (there.reason, there.source) == (Reason.COMPLAINT, Source.SES_LIST)
    assert timezone.now() - there.created_at < timedelta(minutes=5)


def test_long_list_is_read_page_by_page(ses, monkeypatch):
    monkeypatch.setattr(ses_list, "PAGE_SIZE", 2)
    for number in range(7):
        ses.put_suppressed_destination(EmailAddress=f"p{number}@club.example", Reason="BOUNCE")
    sync()
    assert Suppression.objects.count() == 7


def test_later_readings_see_what_changed_and_not_what_was_released(ses, double):
    ses.put_suppressed_destination(EmailAddress="anna@club.example", Reason="BOUNCE")
    sync()
    release(Suppression.objects.get().pk, reason_text="A new mailbox.", actor=None)
    sync()
    assert listed(ses) == []
    double.advance_clock(3600)
    ses.put_suppressed_destination(EmailAddress="ben@club.example", Reason="BOUNCE")
    sync()
    assert [row.address_key for row in Suppression.objects.all()] == ["ben@club.example"]


def test_address_that_is_gone_there_already_counts_as_taken_off(ses):
    ses.put_suppressed_destination(EmailAddress="anna@club.example", Reason="BOUNCE")
    sync()
    ses.delete_suppressed_destination(EmailAddress="anna@club.example")
    release(Suppression.objects.get().pk, reason_text="A new mailbox.", actor=None)
    sync()
    assert SesListChange.objects.get().done_at is not None


def test_refusal_of_an_account_in_the_sandbox_of_ses_is_kept_in_its_words(ses, double):
    double.set_quota(production_access=False)
    suppress("anna@club.example", reason=Reason.BOUNCE, source=Source.OPERATOR)
    assert sync().problem == ""
    assert "sandbox" in SesListChange.objects.get().error


def test_page_that_makes_no_sense_is_refused(ses):
    with pytest.raises(Refused):
        ses_list.read_list(since=None, token="nonsense")
