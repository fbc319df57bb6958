from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from campaigns.attachments.models import CampaignAttachment, FrozenAttachment, StoredFile
from campaigns.attachments.owner import attachments_of
from campaigns.attachments.services import MAX_ATTACHMENTS, attach, bring_back, move_up, take_off
from campaigns.attachments.storing import MAX_FILE_BYTES, FileRefused, store_file, sweep_unused
from campaigns.follow_ups.services import follow_up_joined, says_as_before
from campaigns.messages.services import freeze_message
from campaigns.sending.drafts import copy_campaign, discard_draft
from campaigns.sending.states import CampaignStatus
from portal.errors import Conflict, InvalidInput
from portal.files import FileMissing, open_file, stat_file
from portal.models import Activity
from tests.factories.attachments import PDF, attach_file, give_own_files, make_stored_file
from tests.factories.sending import make_campaign

pytestmark = pytest.mark.django_db


class EndlessStream(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        return b"x" * (size or 1)


def names(campaign):
    return [one.name for one in attachments_of(campaign)]


def is_kept(file: StoredFile) -> bool:
    try:
        stat_file(file.file_key)
    except FileMissing:
        return False
    return StoredFile.objects.filter(pk=file.pk).exists()


def test_the_same_content_is_kept_once_under_any_name():
    first, second = make_stored_file(name="a.pdf"), make_stored_file(name="b.txt")
    assert first == second
    assert StoredFile.objects.count() == 1
    with open_file(first.file_key) as stream:
        assert stream.read() == PDF
    assert "a.pdf" not in first.file_key


def test_an_empty_file_and_one_without_end_are_refused():
    with pytest.raises(FileRefused, match="empty"):
        store_file(io.BytesIO(b""), name="a.pdf")
    with pytest.raises(FileRefused, match="30 MB"):
        store_file(EndlessStream(), name="a.pdf")
    store_file(io.BytesIO(b"x" * MAX_FILE_BYTES), name="a.bin")


def test_files_stand_in_the_order_in_which_they_came_until_one_is_moved():
    campaign = make_campaign()
    attach_file(campaign, "a.pdf")
    second = attach_file(campaign, "b.pdf")
    assert names(campaign) == ["a.pdf", "b.pdf"]
    move_up(campaign.pk, second.pk, actor=None)
    move_up(campaign.pk, second.pk, actor=None)
    assert names(campaign) == ["b.pdf", "a.pdf"]


def test_a_file_that_was_taken_off_can_be_brought_back_to_its_place():
    campaign = make_campaign()
    first, _second = attach_file(campaign, "a.pdf"), attach_file(campaign, "b.pdf")
    take_off(campaign.pk, first.pk, actor=None)
    assert names(campaign) == ["b.pdf"]
    bring_back(campaign.pk, first.pk, actor=None)
    assert names(campaign) == ["a.pdf", "b.pdf"]
    verbs = list(Activity.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["campaign.attached", "campaign.attached", "campaign.detached", "campaign.attached"]


def test_a_started_campaign_keeps_its_files():
    campaign = make_campaign()
    attachment = attach_file(campaign)
    campaign.status = CampaignStatus.PENDING
    campaign.save()
    for deed in (take_off, bring_back, move_up):
        with pytest.raises(Conflict, match="no longer a draft"):
            deed(campaign.pk, attachment.pk, actor=None)
    with pytest.raises(Conflict, match="no longer a draft"):
        attach_file(campaign)


def test_a_file_of_another_campaign_cannot_be_reached():
    attachment = attach_file(make_campaign("One"))
    with pytest.raises(InvalidInput):
        take_off(make_campaign("Two").pk, attachment.pk, actor=None)


def test_more_files_than_a_mail_should_have_are_refused():
    campaign, file = make_campaign(), make_stored_file()
    for number in range(MAX_ATTACHMENTS):
        attach(campaign, file, name=f"{number}.pdf")
    with pytest.raises(InvalidInput, match="ZIP"):
        attach(campaign, file, name="one-more.pdf")


@pytest.mark.parametrize("content_id", ["no-host", "a b@x", "x@y>\r\nBcc: z"])
def test_a_content_id_that_breaks_headers_is_refused(content_id):
    with pytest.raises(InvalidInput, match="content id"):
        attach(make_campaign(), make_stored_file(), name="a.png", content_id=content_id)


def test_a_content_id_stands_for_one_file():
    campaign, file = make_campaign(), make_stored_file()
    attach(campaign, file, name="a.png", content_id="logo@x.example")
    with pytest.raises(InvalidInput, match="Two files"):
        attach(campaign, file, name="b.png", content_id="logo@x.example")


def test_freezing_keeps_the_files_whatever_becomes_of_the_draft():
    campaign = make_campaign()
    attachment = attach_file(campaign, "a.pdf")
    version = freeze_message(campaign, None)
    take_off(campaign.pk, attachment.pk, actor=None)
    assert list(version.attachments.values_list("name", flat=True)) == ["a.pdf"]


def test_mails_over_the_limit_are_not_frozen():
    campaign = make_campaign()
    attach_file(campaign, "a.bin", b"a" * 15_000_000)
    freeze_message(campaign, None)
    attach_file(campaign, "b.bin", b"b" * 15_000_000)
    with pytest.raises(InvalidInput, match="at most"):
        freeze_message(campaign, None)


def test_a_copy_has_the_same_files_of_both_kinds():
    campaign = make_campaign()
    attach_file(campaign, "b.pdf", content_id="x@y.example")
    attach_file(campaign, "a.pdf")
    give_own_files(campaign, {"A-1.pdf": b"%PDF-1", "A-2.pdf": b"%PDF-2"}, when_missing="send")
    copy = copy_campaign(campaign.pk, actor=None)
    assert names(copy) == ["b.pdf", "a.pdf"]
    assert attachments_of(copy)[0].content_id == "x@y.example"
    assert (copy.personal_settings.field_name, copy.personal_settings.when_missing) == ("invoice", "send")
    assert sorted(copy.personal_files.values_list("name", flat=True)) == ["A-1.pdf", "A-2.pdf"]


def test_a_follow_up_is_the_same_message_only_with_the_same_files():
    campaign = make_campaign(is_to_everybody=True)
    attach_file(campaign, "a.pdf")
    campaign.version = freeze_message(campaign, None)
    campaign.status = CampaignStatus.COMPLETED
    campaign.save()
    follow_up = follow_up_joined(campaign.pk, actor=None)
    assert names(follow_up) == ["a.pdf"]
    assert says_as_before(follow_up)
    attach_file(follow_up, "b.pdf")
    assert not says_as_before(follow_up)


def test_the_sweep_takes_what_nothing_has_used_for_days_and_nothing_else():
    campaign, gone = make_campaign("Kept"), make_campaign("Gone")
    used, frozen, unused = (make_stored_file(content) for content in (b"used", b"frozen", b"unused"))
    of_draft = attach_file(gone, "draft.txt", b"draft").file
    attach(campaign, used, name="a.txt")
    FrozenAttachment.objects.create(version=freeze_message(campaign, None), file=frozen, name="f", content_type="x/y")
    discard_draft(gone.pk, actor=None)
    assert sweep_unused() == 0
    with time_machine.travel(timezone.now() + timedelta(days=4), tick=False):
        brought_again = make_stored_file(b"brought again")
        assert sweep_unused() == 2
    assert [is_kept(file) for file in (used, frozen, brought_again, unused, of_draft)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_what_was_taken_off_can_be_brought_back_for_a_day_only():
    campaign = make_campaign()
    attachment = attach_file(campaign)
    take_off(campaign.pk, attachment.pk, actor=None)
    sweep_unused()
    assert CampaignAttachment.objects.filter(pk=attachment.pk).exists()
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        sweep_unused()
    assert not CampaignAttachment.objects.filter(pk=attachment.pk).exists()
