from __future__ import annotations

import base64
from email import message_from_bytes, policy

import pytest

from campaigns.attachments.services import take_off
from campaigns.sending import services
from campaigns.sending.models import Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.trials import send_tests
from portal.files import delete_file
from tests.factories.attachments import PDF, attach_file, give_own_files
from tests.factories.images import make_image
from tests.factories.sending import make_account, make_campaign, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0


def started(campaign, *people):
    for person in people:
        make_contact(**person)
    return services.start_campaign(campaign.pk, actor=None)


def draft(**fields):
    return make_campaign(is_to_everybody=True, **fields)


def mail_of(request):
    return message_from_bytes(base64.b64decode(request["Content"]["Raw"]["Data"]), policy=policy.default)


def named(message):
    return {file.get_filename(): file.get_content() for file in message.iter_attachments()}


def kim(number: int = 0, **attributes):
    return {"address": f"kim{number}@club.example", "attributes": attributes}


def test_a_bulk_call_carries_the_files_once_for_its_group(ses, hints):
    campaign = draft()
    attach_file(campaign, "Übersicht.pdf")
    started(campaign, *(kim(number) for number in range(5)))
    hints.run_all()
    [request] = ses.requests
    [file] = request["DefaultContent"]["Template"]["Attachments"]
    assert len(ses.recipients()) == 5
    assert base64.b64decode(file.pop("RawContent")) == PDF
    assert file == {
        "FileName": "Übersicht.pdf",
        "ContentType": "application/pdf",
        "ContentDisposition": "ATTACHMENT",
        "ContentTransferEncoding": "BASE64",
    }


def test_large_files_make_smaller_groups(ses, hints):
    campaign = draft(account=make_account(name="Fast", max_rate_per_s=1_000))
    attach_file(campaign, "large.bin", b"\x01" * 4_000_000)
    started(campaign, *(kim(number) for number in range(9)))
    hints.run_all()
    sizes = [len(request.get("BulkEmailEntries", [request])) for request in ses.requests]
    assert sum(sizes) == 9
    assert max(sizes) == 3


def test_a_single_mail_has_files_and_images_each_in_their_place(ses, hints):
    image = make_image()
    campaign = draft(body=f"![x]({image.reference})", embeds_images=True)
    attach_file(campaign, "a.pdf")
    started(campaign, kim())
    hints.run_all()
    message = mail_of(ses.requests[0])
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf",
    ]  # fmt: skip
    assert named(message) == {"a.pdf": PDF}


def test_a_file_that_the_html_shows_is_shown_and_one_that_it_does_not_is_attached(ses, hints):
    campaign = draft(kind="html", body='<p><img src="cid:logo@x.example"> {{ unsubscribe_url }}</p>')
    attach_file(campaign, "logo.png", b"\x89PNG\r\n\x1a\n", content_id="logo@x.example")
    attach_file(campaign, "other.png", b"\x89PNG\r\n\x1a\n!", content_id="other@x.example")
    started(campaign, kim())
    hints.run_all()
    message = mail_of(ses.requests[0])
    assert [part["Content-ID"] for part in message.walk() if part.get_content_disposition() == "inline"] == [
        "<logo@x.example>"
    ]
    assert list(named(message)) == ["other.png"]


def test_each_person_gets_their_own_file_and_nobody_elses(ses, hints):
    campaign = draft()
    attach_file(campaign, "terms.pdf")
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1 one", "A-2.pdf": b"%PDF-1 two"})
    started(campaign, kim(1, invoice="a-1.PDF"), kim(2, invoice="out/A-2.pdf"), kim(3, invoice="A-2.pdf"))
    hints.run_all()
    got = {str(mail_of(request)["to"]): named(mail_of(request)) for request in ses.requests}
    assert got == {
        "kim1@club.example": {"terms.pdf": PDF, "A-1.pdf": b"%PDF-1 one"},
        "kim2@club.example": {"terms.pdf": PDF, "A-2.pdf": b"%PDF-1 two"},
        "kim3@club.example": {"terms.pdf": PDF, "A-2.pdf": b"%PDF-1 two"},
    }


def test_people_without_a_file_are_left_out_with_the_reason(ses, hints):
    campaign = draft()
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1 one"})
    started(campaign, kim(1, invoice="A-1.pdf"), kim(2, invoice="A-9.pdf"), kim(3))
    hints.run_all()
    campaign.refresh_from_db()
    assert ses.recipients() == ["kim1@club.example"]
    skipped = Delivery.objects.filter(campaign=campaign, state=DeliveryState.SKIPPED)
    assert set(skipped.values_list("reason", flat=True)) == {Reason.FILE_MISSING}
    assert skipped.count() == 2
    assert campaign.status == CampaignStatus.COMPLETED


def test_people_without_a_file_get_the_mail_where_that_was_chosen(ses, hints):
    campaign = draft()
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1 one"}, when_missing="send")
    started(campaign, kim(1, invoice="A-1.pdf"), kim(2))
    hints.run_all()
    got = {str(mail_of(request)["to"]): named(mail_of(request)) for request in ses.requests}
    assert got == {"kim1@club.example": {"A-1.pdf": b"%PDF-1 one"}, "kim2@club.example": {}}


def test_a_personal_file_that_is_gone_from_the_storage_is_a_failure_of_that_person_alone(ses, hints):
    campaign = draft()
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1 one", "A-2.pdf": b"%PDF-1 two"})
    delete_file(campaign.personal_files.get(name="A-2.pdf").file.file_key)
    started(campaign, kim(1, invoice="A-1.pdf"), kim(2, invoice="A-2.pdf"))
    hints.run_all()
    assert ses.recipients() == ["kim1@club.example"]
    lost = Delivery.objects.get(campaign=campaign, address="kim2@club.example")
    assert (lost.state, lost.reason) == (DeliveryState.REFUSED, Reason.FILE_MISSING)


def test_what_is_taken_off_later_still_goes_with_the_frozen_message(ses, hints):
    campaign = draft()
    attachment = attach_file(campaign, "a.pdf")
    send_tests(campaign, ["me@club.example"], contact_id=None, actor=None)
    take_off(campaign.pk, attachment.pk, actor=None)
    hints.run_all()
    assert named(mail_of(ses.requests[0])) == {"a.pdf": PDF}


def test_a_test_brings_the_file_of_the_person_it_is_written_as(ses, hints):
    campaign = draft()
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1 one"})
    anna = make_contact(attributes={"invoice": "A-1.pdf"})
    send_tests(campaign, ["me@club.example"], contact_id=anna.pk, actor=None)
    send_tests(campaign, ["you@club.example"], contact_id=None, actor=None)
    hints.run_all()
    got = {str(mail_of(request)["to"]): named(mail_of(request)) for request in ses.requests}
    assert got == {"me@club.example": {"A-1.pdf": b"%PDF-1 one"}, "you@club.example": {}}
