from __future__ import annotations

import io
import zipfile

import pytest

from campaigns.attachments.models import PersonalFile, StoredFile
from campaigns.attachments.personal import add_personal_files, coverage_of, remove_personal_files, set_personal
from campaigns.privacy.gather import export_person
from campaigns.privacy.run import STEPS
from campaigns.privacy.subject import subject_of
from campaigns.sending.review import review_campaign
from campaigns.sending.states import CampaignStatus, Reason
from portal.errors import Conflict, InvalidInput
from tests.factories.attachments import give_own_files, zip_file
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db


def person(number: int, invoice: str = ""):
    return make_contact(f"kim{number}@club.example", attributes={"invoice": invoice} if invoice else {})


def test_a_zip_brings_all_its_files():
    campaign = make_campaign()
    made = zip_file({"2026/A-1.pdf": b"%PDF-1", "2026/A-2.pdf": b"%PDF-2"})
    add_personal_files(campaign.pk, made, name="invoices.ZIP", actor=None)
    assert sorted(campaign.personal_files.values_list("name", flat=True)) == ["A-1.pdf", "A-2.pdf"]


def test_a_file_of_the_same_name_takes_the_place_of_the_earlier_one():
    campaign = make_campaign()
    for content in (b"%PDF-old", b"%PDF-new"):
        add_personal_files(campaign.pk, io.BytesIO(content), name="A-1.pdf", actor=None)
    assert campaign.personal_files.get().file.size_bytes == len(b"%PDF-new")


def test_a_bad_zip_says_why_and_keeps_what_came_before():
    campaign = make_campaign()
    made = zip_file({"A-1.pdf": b"%PDF-1", "bomb.txt": b"\0" * 9_000_000})
    with pytest.raises(InvalidInput, match=r"bomb\.txt"):
        add_personal_files(campaign.pk, made, name="x.zip", actor=None)
    assert list(campaign.personal_files.values_list("name", flat=True)) == ["A-1.pdf"]
    with pytest.raises(InvalidInput, match="no file in the ZIP"):
        add_personal_files(campaign.pk, zip_file({}), name="x.zip", actor=None)


def test_a_started_campaign_keeps_its_personal_files():
    campaign = make_campaign(status=CampaignStatus.PENDING)
    with pytest.raises(Conflict):
        add_personal_files(campaign.pk, io.BytesIO(b"x"), name="a.txt", actor=None)
    with pytest.raises(Conflict):
        remove_personal_files(campaign.pk, None, actor=None)
    with pytest.raises(Conflict):
        set_personal(campaign.pk, field_name="invoice", when_missing="skip", actor=None)


def test_before_send_it_is_known_who_has_no_file():
    campaign = make_campaign(is_to_everybody=True)
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1", "A-9.pdf": b"%PDF-9"})
    person(1, "a-1.pdf")
    lost, unnamed = person(2, "A-2.pdf"), person(3)
    coverage = coverage_of(campaign)
    assert (coverage.people, coverage.unnamed, coverage.not_found, coverage.unused) == (3, 1, 1, 1)
    assert coverage.contact_ids == [lost.pk, unnamed.pk]
    review = review_campaign(campaign)
    assert review.will_get == 1
    assert review.audience.left_out == {Reason.FILE_MISSING: 2}
    assert "personal_files_missing" in {point.code for point in review.warnings}


def test_with_a_mail_for_everybody_nobody_is_left_out_of_the_addition():
    campaign = make_campaign(is_to_everybody=True)
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1"}, when_missing="send")
    person(1, "A-1.pdf")
    person(2)
    review = review_campaign(campaign)
    assert review.will_get == 2
    assert "personal_files_missing" in {point.code for point in review.warnings}


def test_all_or_some_personal_files_can_be_taken_off():
    campaign = make_campaign()
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1", "A-2.pdf": b"%PDF-2", "A-3.pdf": b"%PDF-3"})
    first = campaign.personal_files.get(name="A-1.pdf")
    assert remove_personal_files(campaign.pk, [first.pk], actor=None) == 1
    assert remove_personal_files(campaign.pk, None, actor=None) == 2


def test_forgetting_a_person_deletes_their_files_with_what_is_in_them():
    campaign = make_campaign(is_to_everybody=True)
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1", "A-2.pdf": b"%PDF-2", "all.pdf": b"%PDF-all"})
    anna = person(1, "a-1.pdf")
    for number, shared in ((2, "A-2.pdf"), (3, "all.pdf"), (4, "all.pdf")):
        person(number, shared)
    subject = subject_of(anna)
    for step in STEPS:
        step(subject)
    assert sorted(PersonalFile.objects.values_list("name", flat=True)) == ["A-2.pdf", "all.pdf"]
    assert StoredFile.objects.count() == 2


def test_a_file_that_others_get_too_stays_when_one_of_them_is_forgotten():
    campaign = make_campaign(is_to_everybody=True)
    give_own_files(campaign, {"all.pdf": b"%PDF-all"})
    anna = person(1, "all.pdf")
    person(2, "ALL.pdf")
    for step in STEPS:
        step(subject_of(anna))
    assert PersonalFile.objects.count() == 1


def test_the_export_of_a_person_has_their_files(django_user_model):
    campaign = make_campaign()
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1", "A-2.pdf": b"%PDF-2"})
    anna = person(1, "A-1.pdf")
    actor = django_user_model.objects.create(username="op")
    with zipfile.ZipFile(io.BytesIO(export_person(anna.pk, actor=actor))) as archive:
        files = [name for name in archive.namelist() if name.startswith("files/")]
        assert files == [f"files/{campaign.pk}/A-1.pdf"]
        assert archive.read(files[0]) == b"%PDF-1"
        assert "A-1.pdf" in archive.read("personalfile.csv").decode()
