from __future__ import annotations

import json

import pytest

from campaigns.audience.models import Contact, ContactList
from campaigns.importing.models import ContactImport
from portal.aws.s3 import PresignedPost
from portal.errors import Unavailable
from portal.models import Activity
from portal.roles import MARKETER, VIEWER
from tests.factories.import_posts import at, bring, columns_form
from tests.factories.importing import checked, people_csv, uploaded

Status = ContactImport.Status
pytestmark = pytest.mark.django_db


def test_four_steps_bring_the_people_in(log_in, hints):
    client = log_in(MARKETER)
    page = bring(client, people_csv(20))
    contact_import = ContactImport.objects.get()
    assert page.redirect_chain[-1][0] == at("columns", contact_import)
    assert "100 % look like e-mail addresses" in page.content.decode()

    page = client.post(
        at("columns", contact_import), columns_form(contact_import, new_list="Choir", consent="on"), follow=True
    )
    assert page.redirect_chain[-1][0] == at("check", contact_import)
    assert "Checking people.csv" in page.content.decode()
    hints.run_all()
    assert "Import 20 people" in client.get(at("check", contact_import)).content.decode()
    assert not Contact.objects.exists()

    page = client.post(at("start", contact_import), follow=True)
    assert "Importing people.csv" in page.content.decode()
    hints.run_all()
    page = client.get(at("result", contact_import))
    assert "New campaign to these people" in page.content.decode()
    assert "yes, says mira," in page.content.decode()
    assert ContactList.objects.get(name="Choir").members.count() == 20
    assert set(Activity.objects.values_list("verb", flat=True)) >= {
        "import.uploaded", "import.started", "import.completed", "list.created",
    }  # fmt: skip


def test_the_script_sends_the_file_as_the_body_of_one_request(log_in):
    client = log_in(MARKETER)
    place = client.post(at("begin"), json.dumps({"name": "a b.csv"}), content_type="application/json").json()
    assert place["fields"] is None
    assert client.post(place["url"], people_csv(5), content_type="text/csv").status_code == 200
    contact_import = ContactImport.objects.get()
    assert client.post(place["finish_url"]).json() == {"url": at("columns", contact_import)}
    assert client.post(place["finish_url"]).json() == {"url": at("columns", contact_import)}


@pytest.mark.parametrize("deed", ["start", "cancel", "undo", "fix"])
def test_a_viewer_sees_an_import_and_changes_nothing(log_in, deed):
    contact_import = checked(people_csv(3))
    client = log_in(VIEWER)
    page = client.get(at("check", contact_import)).content.decode()
    assert "New people" in page
    assert '<button type="submit" class="button button-primary"' not in page
    assert client.post(at(deed, contact_import)).status_code == 403
    contact_import.refresh_from_db()
    assert contact_import.status == Status.CHECKED


def test_a_viewer_brings_no_file_and_chooses_no_columns(log_in):
    contact_import = uploaded(people_csv(3))
    client = log_in(VIEWER)
    assert client.get(at("add")).status_code == 403
    assert client.post(at("begin"), "{}", content_type="application/json").status_code == 403
    page = client.get(at("columns", contact_import))
    assert all(field.field.disabled for field in page.context["form"])
    assert client.post(at("columns", contact_import), columns_form(contact_import)).status_code == 403


def test_with_a_bucket_the_script_gets_a_form_for_the_bucket(log_in, monkeypatch):
    form = PresignedPost("https://files.example/", {"key": "imports/1/people.csv", "policy": "p"})
    monkeypatch.setattr("campaigns.importing.views_file.upload_form", lambda contact_import: form)
    place = log_in(MARKETER).post(at("begin"), json.dumps({"name": "a.csv"}), content_type="application/json").json()
    assert (place["url"], place["fields"]) == (form.url, form.fields)


def test_a_bucket_that_does_not_answer_is_told(log_in, monkeypatch):
    def fail(contact_import):
        raise Unavailable("The file store does not answer.", service="s3")

    monkeypatch.setattr("campaigns.importing.views_file.upload_form", fail)
    answer = log_in(MARKETER).post(at("begin"), json.dumps({"name": "a.csv"}), content_type="application/json")
    assert (answer.status_code, answer.json()) == (502, {"problem": "The file store does not answer."})


def test_going_back_to_the_columns_keeps_what_was_chosen(log_in):
    members = ContactList.objects.create(name="Members")
    contact_import = checked(people_csv(3), contact_list=members, tag_names=["choir"], consent=True)
    client = log_in(MARKETER)
    form = client.get(at("columns", contact_import)).context["form"]
    assert form["contact_list"].value() == members.pk
    assert (form["tags"].value(), form["consent"].value()) == ("choir", True)


def test_the_columns_of_a_known_header_go_where_they_went_last_time(log_in):
    first = uploaded(people_csv(3))
    client = log_in(MARKETER)
    client.post(at("columns", first), columns_form(first, target_2="field", field_2="home_town"))
    page = client.get(at("columns", uploaded(people_csv(9))))
    assert page.context["form"]["field_2"].value() == "home_town"
    assert '<option value="home_town">' in page.content.decode()


def test_nobody_without_a_login_reaches_a_page(client):
    contact_import = checked(people_csv(3))
    for name in ("add", "changelist"):
        assert client.get(at(name)).status_code == 302
    for name in ("file", "columns", "check", "result", "progress", "rejects"):
        assert "/login/" in client.get(at(name, contact_import))["Location"]
