from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.images import cleaning, uploads
from campaigns.images.models import Image
from campaigns.images.uploads import begin_upload, finish_upload
from portal.aws.s3 import PresignedPost
from portal.errors import InvalidInput
from portal.files import FileMissing, save_file, stat_file
from portal.roles import MARKETER, VIEWER
from tests.factories.images import a_picture_shelf, make_image, picture_file

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/campaigns/image/", "/admin/campaigns/image/add/"


def person_of(role: str) -> User:
    person = User.objects.create_user(role.lower(), is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    return person


@pytest.fixture
def marketer(client):
    client.force_login(person_of(MARKETER), backend="django.contrib.auth.backends.ModelBackend")
    return client


def chosen(content: bytes, name: str = "lake.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/plain")


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_one_file_leads_to_its_page_where_its_words_are_asked_for(marketer):
    response = marketer.post(ADD, {"files": chosen(picture_file())}, follow=True)
    image = Image.objects.get()
    assert response.redirect_chain == [(reverse("admin:campaigns_image_change", args=[image.pk]), 302)]
    assert image.uploaded_by
    response = marketer.post(
        reverse("admin:campaigns_image_change", args=[image.pk]), {"name": "Lake", "alt_text": " "}
    )
    assert "Say what the picture shows" in response.content.decode()
    marketer.post(reverse("admin:campaigns_image_change", args=[image.pk]), {"name": "Lake", "alt_text": "A  lake\n"})
    image.refresh_from_db()
    assert (image.name, image.alt_text) == ("Lake", "A lake")


def test_several_files_are_taken_and_those_that_cannot_be_are_named(marketer):
    files = [
        chosen(picture_file(), "one.png"),
        chosen(b"<svg/>", "two.png"),
        chosen(picture_file(colour="red"), "three.png"),
    ]
    response = marketer.post(ADD, {"files": files}, follow=True)
    assert Image.objects.count() == 2
    assert response.redirect_chain == [(LIST + "?lacks_alt", 302)]
    assert any(text.startswith("two.png: ") and "SVG" in text for text in said(response))


def test_the_script_gets_the_image_or_the_problem(marketer):
    news = marketer.post(ADD, {"files": chosen(picture_file()), "script": "yes"}).json()
    assert (news["is_new"], news["width_px"], news["alt_text"]) == (True, 40, "")
    assert news["reference"] == Image.objects.get().reference
    assert not marketer.post(ADD, {"files": chosen(picture_file()), "script": "yes"}).json()["is_new"]
    refused = marketer.post(ADD, {"files": chosen(b"MZ"), "script": "yes"})
    assert (refused.status_code, "whatever it is called" in refused.json()["problem"]) == (422, True)
    assert marketer.post(ADD, {"script": "yes"}).status_code == 400


def test_a_file_over_the_limit_is_refused_before_it_is_read(marketer, monkeypatch):
    monkeypatch.setattr("campaigns.images.views.MAX_UPLOAD_BYTES", 10)
    monkeypatch.setattr(cleaning, "clean_image", lambda _: pytest.fail("it was read"))
    assert "larger than" in marketer.post(ADD, {"files": chosen(picture_file()), "script": "yes"}).json()["problem"]


def test_the_list_shows_size_words_and_use(marketer):
    image = a_picture_shelf()
    page = marketer.get(LIST).content.decode()
    for words in ("900 × 500 px", "A lake in the morning", "no alternative text", "only decoration", "not used"):
        assert words in page
    assert "used: draft “Spring members&#x27; letter”" in page
    assert f'src="/i/{image.key}/{image.file_name}"' in page


def test_the_search_finds_by_name_and_by_what_it_shows(marketer):
    make_image(name="IMG_1.jpg", alt_text="A lake")
    make_image(name="hill.png", alt_text="Something", colour="red")
    assert [card.image.name for card in marketer.get(LIST, {"q": "LAKE"}).context["cards"]] == ["IMG_1.jpg"]
    assert [card.image.name for card in marketer.get(LIST, {"q": "hill"}).context["cards"]] == ["hill.png"]
    assert "No picture is called “zebra”" in marketer.get(LIST, {"q": "zebra"}).content.decode()


def test_the_picker_gets_the_images_and_keeps_words_that_were_missing(marketer):
    image = make_image(alt_text="")
    [shown] = marketer.get("/admin/campaigns/image/picker.json", {"q": "spring"}).json()["images"]
    assert shown["reference"] == image.reference
    assert marketer.post(shown["describe_url"], {"alt_text": ""}).status_code == 422
    assert marketer.post(shown["describe_url"], {"alt_text": "A wood"}).json()["alt_text"] == "A wood"


def test_what_is_used_offers_no_deleting_and_refuses_it(marketer):
    image = a_picture_shelf()
    url = reverse("admin:campaigns_image_delete", args=[image.pk])
    assert url not in marketer.get(reverse("admin:campaigns_image_change", args=[image.pk])).content.decode()
    assert "is used" in said(marketer.post(url, follow=True))[0]
    assert Image.objects.filter(pk=image.pk).exists()


def test_a_viewer_looks_and_brings_nothing(client):
    client.force_login(person_of(VIEWER), backend="django.contrib.auth.backends.ModelBackend")
    image = make_image()
    assert "image-upload" not in client.get(LIST).content.decode()
    assert client.post(ADD, {"files": chosen(picture_file(colour="red"))}).status_code == 403
    page = client.get(reverse("admin:campaigns_image_change", args=[image.pk])).content.decode()
    assert "image-form" not in page


@pytest.fixture
def bucket(monkeypatch):
    """Files as in a bucket: the browser puts them there by a form (here they are put on disk)."""

    def form(key, **_limits):
        return PresignedPost("https://bucket.example", {"key": key})

    monkeypatch.setattr(uploads, "is_in_bucket", lambda: True)
    monkeypatch.setattr(uploads, "create_upload_form", form)


def test_with_a_bucket_the_browser_is_sent_there_and_the_file_is_looked_at_afterwards(marketer, bucket):
    place = marketer.post("/admin/campaigns/image/begin/").json()
    assert place["url"] == "https://bucket.example"
    save_file(place["fields"]["key"], [picture_file()])
    body = json.dumps({"token": place["token"], "name": "lake.png"})
    news = marketer.post("/admin/campaigns/image/finish/", body, content_type="application/json").json()
    assert news["name"] == "lake.png"
    with pytest.raises(FileMissing):
        stat_file(place["fields"]["key"])


def test_a_hostile_file_in_the_bucket_is_refused_and_deleted(bucket):
    person = person_of(MARKETER)
    ticket = begin_upload(actor=person)
    assert ticket
    save_file(ticket.form.fields["key"], [b"<svg onload=alert(1)>"])
    with pytest.raises(InvalidInput, match="SVG"):
        finish_upload(ticket.token, file_name="x.png", actor=person)
    with pytest.raises(FileMissing):
        stat_file(ticket.form.fields["key"])


def test_a_token_serves_its_own_person_and_file_only(bucket):
    person, other = person_of(MARKETER), person_of(VIEWER)
    ticket = begin_upload(actor=person)
    assert ticket
    for token, who in ((ticket.token, other), (ticket.token + "x", person), ("", person), ("\ud800:a:b", person)):
        with pytest.raises(InvalidInput, match="too old"):
            finish_upload(token, file_name="x.png", actor=who)
    with pytest.raises(InvalidInput, match="did not arrive"):
        finish_upload(ticket.token, file_name="x.png", actor=person)
