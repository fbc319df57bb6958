from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaigns.suppression.models import Suppression, SuppressionBatch
from campaigns.suppression.services import suppress
from campaigns.suppression.ses_models import SesListChange, SesListEntry, SesListSync
from portal.roles import MARKETER, VIEWER

pytestmark = pytest.mark.django_db

Reason, Source = Suppression.Reason, Suppression.Source
MANY = "admin:campaigns_suppression_many"
LIST = "admin:campaigns_suppression_changelist"


def suppressed(address: str = "anna@club.example", reason: str = Reason.BOUNCE) -> Suppression:
    return suppress(address, reason=Reason(reason), source=Source.OPERATOR)


def text_of(response) -> str:
    return response.content.decode()


def test_pasting_looking_adding_and_taking_back(log_in):
    client = log_in(MARKETER)
    page = client.post(
        reverse(MANY), {"addresses": "anna@club.example\nnonsense", "reason": "manual", "note": "Asked."}, follow=True
    )
    assert "Would be added" in text_of(page)
    assert "There is no @ in the address." in text_of(page)
    batch = SuppressionBatch.objects.get()
    client.post(reverse("admin:campaigns_suppression_decide", args=[batch.pk]), {"deed": "add"})
    assert Suppression.objects.get().reason == Reason.MANUAL
    undo = reverse("admin:campaigns_suppression_undo_batch", args=[batch.pk])
    assert "Say why these addresses" in text_of(client.post(undo, {"reason_text": ""}, follow=True))
    client.post(undo, {"reason_text": "Wrong list."})
    assert not Suppression.objects.exists()


def test_uploaded_file_is_looked_at_first(log_in):
    file = SimpleUploadedFile("ses.csv", b"EmailAddress,Reason\nanna@club.example,COMPLAINT\n")
    page = log_in(MARKETER).post(reverse(MANY), {"file": file, "reason": "import"}, follow=True)
    assert "ses.csv" in text_of(page)
    assert "complaint" in text_of(page)
    assert not Suppression.objects.exists()


def test_neither_or_both_is_asked_again(log_in):
    client = log_in(MARKETER)
    assert "one of the two" in text_of(client.post(reverse(MANY), {"reason": "import"}))
    both = {
        "addresses": "a@b.example",
        "file": SimpleUploadedFile("x.csv", b"email\na@b.example\n"),
        "reason": "import",
    }
    assert "one of the two" in text_of(client.post(reverse(MANY), both))


def test_file_that_cannot_be_read_is_said_in_words(log_in):
    file = SimpleUploadedFile("x.xlsx", b"PK\x03\x04")
    assert "Excel workbook" in text_of(log_in(MARKETER).post(reverse(MANY), {"file": file, "reason": "import"}))


def test_list_counts_the_reasons_and_leads_to_each(log_in):
    suppressed()
    suppressed("ben@club.example", Reason.COMPLAINT)
    page = text_of(log_in(VIEWER).get(reverse(LIST)))
    assert "?reason__exact=bounce" in page
    assert "?reason__exact=complaint" in page


def test_search_for_a_whole_address_answers_in_one_sentence(log_in):
    suppressed()
    client = log_in(VIEWER)
    known = text_of(client.get(reverse(LIST), {"q": "Anna@club.example"}))
    assert "mail to them came back for good" in known
    assert "Nobody here has the address ben@club.example" in text_of(
        client.get(reverse(LIST), {"q": "ben@club.example"})
    )
    assert 'class="notice notice' not in text_of(client.get(reverse(LIST), {"q": "ann"}))


def test_complaint_is_let_go_only_by_somebody_who_says_that_the_person_asked(log_in):
    row, client = suppressed(reason=Reason.COMPLAINT), log_in(MARKETER)
    address = reverse("admin:campaigns_suppression_release", args=[row.pk])
    assert "one complaint in a thousand mails" in text_of(client.get(address))
    client.post(address, {"reason_text": "I want it."})
    assert Suppression.objects.exists()
    client.post(address, {"reason_text": "Wrote on 3 May.", "has_asked": "on"})
    assert not Suppression.objects.exists()


def test_page_of_the_list_in_ses_shows_where_the_two_differ(log_in):
    gone, stuck = suppressed("gone@club.example"), suppressed("stuck@club.example")
    now = timezone.now()
    SesListSync.objects.create(pk=1, problem="AccessDenied", finished_at=now)
    for row, gone_at in ((gone, now), (stuck, None)):
        SesListEntry.objects.create(
            address=row.address, address_key=row.address_key, reason="BOUNCE", since=now, pass_number=1, gone_at=gone_at
        )
    SesListChange.objects.create(
        address=stuck.address, address_key=stuck.address_key, deed="put", reason="BOUNCE", wanted_at=now, error="No."
    )
    page = text_of(log_in(MARKETER).get(reverse("admin:campaigns_suppression_ses")))
    assert "AccessDenied" in page
    assert "Removed in SES, still suppressed here" in page
    assert "What SES did not do" in page
    assert reverse("admin:campaigns_suppression_put_back", args=[gone.pk]) in page


def test_removed_by_hand_is_put_back_on_request(log_in):
    row = suppressed()
    SesListEntry.objects.create(
        address=row.address, address_key=row.address_key, reason="BOUNCE", since=timezone.now(), pass_number=1,
        gone_at=timezone.now(),
    )  # fmt: skip
    log_in(MARKETER).post(reverse("admin:campaigns_suppression_put_back", args=[row.pk]))
    assert SesListChange.objects.get().deed == "put"
    assert not SesListEntry.objects.exists()


def test_viewer_looks_and_changes_nothing(log_in):
    row, client = suppressed(), log_in(VIEWER)
    assert client.get(reverse("admin:campaigns_suppression_ses")).status_code == 200
    assert client.get(reverse(MANY)).status_code == 403
    assert client.post(reverse("admin:campaigns_suppression_put_back", args=[row.pk])).status_code == 403
