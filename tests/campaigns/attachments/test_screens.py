from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.attachments import uploads
from campaigns.attachments.owner import attachments_of
from campaigns.attachments.uploads import begin_upload
from campaigns.messages.services import freeze_message
from campaigns.sending.states import CampaignStatus, Reason
from portal.aws.s3 import PresignedPost
from portal.files import FileMissing, save_file, stat_file
from portal.roles import MARKETER, VIEWER
from tests.factories.attachments import PDF, a_draft_with_files, attach_file, give_own_files, zip_file
from tests.factories.campaign_pages import a_draft
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db


def signed_in(client, role: str) -> User:
    person = User.objects.create_user(role.lower(), is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


@pytest.fixture
def marketer(client):
    signed_in(client, MARKETER)
    return client


def url(campaign, name: str = "attachments", *arguments: object) -> str:
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk, *arguments])


def chosen(content: bytes = PDF, name: str = "report.pdf", content_type: str = "application/pdf"):
    return SimpleUploadedFile(name, content, content_type=content_type)


def names(campaign) -> list[str]:
    return [one.name for one in attachments_of(campaign)]


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_plain_form_attaches_several_files_and_leads_back_to_where_it_stands(marketer):
    campaign = a_draft()
    back = url(campaign, "change")
    files = [chosen(), chosen(b"name,town\n", "people.csv", "text/csv")]
    response = marketer.post(url(campaign), {"files": files, "back": back})
    assert response.url == back
    assert names(campaign) == ["report.pdf", "people.csv"]


def test_the_way_back_never_leads_elsewhere(marketer):
    campaign = a_draft()
    response = marketer.post(url(campaign), {"files": [chosen()], "back": "//evil.example/"})
    assert response.url == url(campaign)


def test_the_script_gets_the_list_as_it_is_now(marketer):
    campaign = a_draft()
    news = marketer.post(url(campaign), {"files": [chosen()], "script": "yes"}).json()
    assert "report.pdf" in news["html"]
    assert "report.pdf" in news["names"]
    pk = attachments_of(campaign)[0].pk
    news = marketer.post(url(campaign), {"take_off": str(pk), "script": "yes"}).json()
    assert 'name="bring_back"' in news["html"]
    marketer.post(url(campaign), {"bring_back": str(pk), "script": "yes"})
    assert names(campaign) == ["report.pdf"]


def test_what_cannot_be_attached_is_told_and_the_rest_is_attached(marketer):
    campaign = a_draft()
    response = marketer.post(url(campaign), {"files": [chosen(b"", "empty.pdf"), chosen()]}, follow=True)
    assert said(response) == ["“empty.pdf” is empty."]
    assert names(campaign) == ["report.pdf"]
    answer = marketer.post(url(campaign), {"files": [chosen(b"", "empty.pdf")], "script": "yes"})
    assert (answer.status_code, answer.json()) == (422, {"problem": "“empty.pdf” is empty."})


def test_a_hostile_name_is_shown_as_text(marketer):
    campaign = a_draft()
    attach_file(campaign, "<img src=x onerror=alert(1)>.pdf")
    html = marketer.get(url(campaign)).content.decode()
    assert "<img src=x" not in html
    assert "_img src=x onerror=alert(1)_.pdf" in html


def test_a_viewer_sees_the_files_and_changes_nothing(client):
    signed_in(client, VIEWER)
    campaign = a_draft_with_files()
    assert client.get(url(campaign)).status_code == 200
    assert client.post(url(campaign), {"files": [chosen()]}).status_code == 403
    assert client.post(url(campaign, "own_files_remove"), {"all": "yes"}).status_code == 403
    assert len(names(campaign)) == 3


def test_files_are_downloaded_and_never_shown_by_the_browser(marketer):
    campaign = a_draft()
    attachment = attach_file(campaign, "page.html", b"<script>alert(1)</script>")
    answer = marketer.get(url(campaign, "attachment", attachment.pk))
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_started_campaign_shows_and_gives_out_what_was_frozen(marketer):
    campaign = a_draft()
    attach_file(campaign, "a.pdf")
    version = freeze_message(campaign, None)
    campaign.status = CampaignStatus.COMPLETED
    campaign.save()
    assert "a.pdf" in marketer.get(url(campaign, "change")).content.decode()
    answer = marketer.get(url(campaign, "attachment", version.attachments.get().pk))
    assert b"".join(answer.streaming_content) == PDF


def test_a_file_of_another_campaign_is_not_found(marketer):
    attachment = attach_file(a_draft("One"))
    assert marketer.get(url(make_campaign("Two"), "attachment", attachment.pk)).status_code == 404


def test_compose_and_review_show_the_files(marketer):
    campaign = a_draft_with_files()
    for page in ("change", "review"):
        html = marketer.get(url(campaign, page)).content.decode()
        assert "Terms and conditions, November 2026.pdf" in html


def test_personal_files_come_as_a_zip_and_are_set_up_by_a_field(marketer):
    campaign = a_draft()
    made = zip_file({"A-1.pdf": PDF, "A-2.pdf": PDF + b"2"}).getvalue()
    response = marketer.post(url(campaign, "own_files_add"), {"files": [chosen(made, "all.zip")]}, follow=True)
    assert said(response) == ["2 files are here now."]
    values = {"field_name": "invoice", "when_missing": "send"}
    response = marketer.post(url(campaign, "own_files_setting"), values, follow=True)
    assert said(response) == ["Each person gets the file that “invoice” names."]
    response = marketer.post(url(campaign, "own_files_remove"), {"all": "yes"}, follow=True)
    assert said(response) == ["2 files are taken off."]


def test_a_zip_bomb_is_told_to_the_script(marketer):
    campaign = a_draft()
    bomb = zip_file({"bomb.txt": b"\0" * 9_000_000}).getvalue()
    answer = marketer.post(url(campaign, "own_files_add"), {"files": [chosen(bomb, "x.zip")], "script": "yes"})
    assert answer.status_code == 422
    assert "bomb.txt" in answer.json()["problem"]


def test_the_people_without_a_file_are_shown_by_name(marketer):
    campaign = make_campaign(is_to_everybody=True)
    make_contact("lost@club.example", attributes={"invoice": "A-9.pdf"})
    give_own_files(campaign, {"A-1.pdf": PDF})
    html = marketer.get(url(campaign, "left_out", int(Reason.FILE_MISSING))).content.decode()
    assert "lost@club.example" in html


@pytest.fixture
def bucket(monkeypatch):
    monkeypatch.setattr(uploads, "is_in_bucket", lambda: True)
    monkeypatch.setattr(
        uploads, "create_upload_form", lambda key, **_: PresignedPost("https://b.example", {"key": key})
    )


def test_what_the_browser_put_into_the_bucket_is_taken_from_there(client, bucket):
    signed_in(client, MARKETER)
    campaign = a_draft()
    place = client.post(url(campaign, "attachments_begin")).json()
    key = place["fields"]["key"]
    save_file(key, [PDF])
    told = json.dumps({"token": place["token"], "name": "report.pdf"})
    news = client.post(url(campaign, "attachments_finish"), told, content_type="application/json").json()
    assert "report.pdf" in news["html"]
    with pytest.raises(FileMissing):
        stat_file(key)


def test_a_token_serves_only_whoever_asked_for_it(client, bucket):
    other = User.objects.create_user("other")
    signed_in(client, MARKETER)
    campaign = a_draft()
    for token in (begin_upload(actor=other).token, "made up"):
        told = json.dumps({"token": token, "name": "x.pdf"})
        answer = client.post(url(campaign, "attachments_finish"), told, content_type="application/json")
        assert (answer.status_code, answer.json()["problem"]) == (422, "This upload is too old. Send the file again.")


@pytest.mark.parametrize("told", ["", "[]", "null", "{}", "[" * 5_000])
def test_nonsense_instead_of_an_upload_is_refused(marketer, told):
    answer = marketer.post(url(a_draft(), "attachments_finish"), told, content_type="application/json")
    assert answer.status_code == 400


def test_the_chosen_field_stays_chosen_also_where_nobody_has_it_yet(marketer):
    campaign = a_draft()
    give_own_files(campaign, {"A-1.pdf": PDF})
    assert '<option value="invoice" selected>' in marketer.get(url(campaign)).content.decode()
