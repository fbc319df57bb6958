"""The buttons of an import, pressed once, twice, late, by the wrong people; the list; drop folders."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.importing.models import ContactImport, DropFolder
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, OWNER, VIEWER
from tests.factories.import_pages import imports_in_all_stages
from tests.factories.import_posts import at
from tests.factories.importing import begin_check, checked, imported, people_csv, uploaded
from tests.factories.sending import make_campaign

Status = ContactImport.Status
pytestmark = pytest.mark.django_db


def status_of(contact_import):
    return ContactImport.objects.get(pk=contact_import.pk).status


def said(page):
    return [str(message) for message in page.context["messages"]]


def test_import_pressed_twice_starts_once_and_complains_of_nothing(log_in, hints):
    contact_import = checked(people_csv(4))
    client = log_in(MARKETER)
    for _press in range(2):
        page = client.post(at("start", contact_import), follow=True)
        assert said(page) == []
    hints.run_all()
    assert said(client.post(at("start", contact_import), follow=True)) == []
    assert Contact.objects.count() == 4
    assert Activity.objects.filter(verb="import.started").count() == 1


def test_a_cancelled_import_is_not_started_by_a_tab_left_open(log_in):
    contact_import = checked(people_csv(4))
    client = log_in(MARKETER)
    client.post(at("cancel", contact_import))
    page = client.post(at("start", contact_import), follow=True)
    assert said(page) == ["“people.csv” is cancelled; this cannot be done now."]
    assert "Nothing was written to your contacts." in page.content.decode()
    assert Activity.objects.filter(verb="import.cancelled", actor__username="mira").count() == 1


def test_a_check_can_be_cancelled_while_it_runs(log_in, hints):
    contact_import = begin_check(uploaded(people_csv(4)))
    log_in(MARKETER).post(at("cancel", contact_import))
    hints.run_all()
    assert status_of(contact_import) == Status.CANCELLED


def test_undo_takes_the_people_out_again_and_is_written_down(log_in, hints):
    contact_import = imported(people_csv(4))
    client = log_in(MARKETER)
    page = client.post(at("undo", contact_import), follow=True)
    assert "Undoing people.csv" in page.content.decode()
    client.post(at("undo", contact_import))
    hints.run_all()
    assert "4 people removed" in client.get(at("result", contact_import)).content.decode()
    assert not Contact.objects.exists()
    verbs = Activity.objects.filter(actor__username="mira").values_list("verb", flat=True)
    assert sorted(verbs) == ["import.undo_started", "import.undone"]


def test_undo_is_not_offered_after_its_time(log_in, settings):
    contact_import = imported(people_csv(4))
    ContactImport.objects.filter(pk=contact_import.pk).update(
        finished_at=timezone.now() - timedelta(days=settings.UNDO_IMPORT_DAYS, minutes=1)
    )
    client = log_in(MARKETER)
    assert "Undo this import" not in client.get(at("result", contact_import)).content.decode()
    page = client.post(at("undo", contact_import), follow=True)
    assert "cannot be undone" in said(page)[0]
    assert Contact.objects.count() == 4


def test_one_click_mends_all_rows_of_a_cause_and_checks_again(log_in, hints):
    contact_import = checked(b"Email,City\nbob@gmial.com,A\nsue@gmial.com,B\nann@club.example\n")
    client = log_in(MARKETER)
    page = client.get(at("check", contact_import)).content.decode()
    assert "gmial.com → gmail.com (2)" in page
    assert "Take missing cells as empty (1)" in page
    for problem in contact_import.problems:
        client.post(at("fix", contact_import), {"code": problem["code"], "value": problem["value"]})
        hints.run_all()
    page = client.get(at("check", contact_import)).content.decode()
    assert "gmial.com → gmail.com, missing cells are empty" in page
    assert "Import 3 people" in page


def test_a_fix_that_is_not_offered_is_refused(log_in):
    contact_import = checked(people_csv(2))
    page = log_in(MARKETER).post(at("fix", contact_import), {"code": "typo_domain", "value": "x"}, follow=True)
    assert said(page) == ["There is no such fix for this file."]
    assert status_of(contact_import) == Status.CHECKED


def test_the_rows_to_mend_are_downloaded_with_line_and_problem(log_in):
    contact_import = checked(b"Email,City\nnobody,Oldtown\nanna@club.example,B\n", file_name="choir.csv")
    assert log_in(VIEWER).get(at("rejects", contact_import)).status_code == 403  # they carry no people away
    assert "Download these rows" not in log_in(VIEWER).get(at("check", contact_import)).content.decode()
    answer = log_in(MARKETER).get(at("rejects", contact_import))
    assert 'filename="choir-rows-to-mend.csv"' in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() == [
        "line,problem,Email,City",
        "2,Not an e-mail address: no @,nobody,Oldtown",
    ]
    assert log_in(MARKETER).get(at("rejects", checked(people_csv(1)))).status_code == 404


def test_the_example_file_imports_as_it_is(log_in):
    content = log_in(VIEWER).get(at("example")).content
    contact_import = checked(content, file_name="example.csv")
    assert (contact_import.new_count, contact_import.problems) == (2, [])


@pytest.mark.parametrize("step", ["file", "columns", "check", "result", "change"])
def test_every_address_of_an_import_leads_to_the_step_it_is_at(log_in, step):
    contact_import = checked(people_csv(2))
    page = log_in(VIEWER).get(at(step, contact_import), follow=True)
    at_step = "columns" if step == "columns" else "check"  # to the columns one may go back
    assert page.request["PATH_INFO"] == at(at_step, contact_import)


def test_the_news_of_an_import_say_when_the_page_must_move_on(log_in, hints):
    contact_import = begin_check(uploaded(people_csv(40)))
    client = log_in(VIEWER)
    url = at("progress", contact_import) + "?status=checking"
    news = client.get(url).json()
    assert (news["reload"], news["final"], news["percent"]) == (False, False, 0.0)
    hints.run_all()
    assert client.get(url).json()["reload"]


def test_the_campaign_to_these_people_begins_with_their_tag(log_in):
    contact_import = imported(people_csv(2), tag_names=["choir", "placeholder"])
    contact_import.tag_names = ["choir", contact_import.people_tag]
    contact_import.save()
    own = Tag.objects.create(name=contact_import.people_tag)
    page = log_in(MARKETER).get(at("result", contact_import)).content.decode()
    url = f"{reverse('admin:campaigns_campaign_add')}?tag={own.pk}"
    assert url in page
    form = log_in(MARKETER).get(url).context["form"]
    assert form["include_tags"].value() == [own.pk]


def test_the_list_shows_who_brought_what_and_leads_back(log_in):
    imports_in_all_stages()
    page = log_in(VIEWER).get(at("changelist")).content.decode()
    for contact_import in ContactImport.objects.all():
        assert contact_import.file_name in page
    assert "Import contacts</a>" not in page.split('id="content"')[1]


@pytest.mark.parametrize(
    ("role", "sees_form", "may_change"),
    [(OWNER, True, True), (OPERATOR, True, True), (MARKETER, True, False), (VIEWER, True, False)],
)
def test_operators_change_drop_folders_and_others_look(log_in, role, sees_form, may_change):
    folder = DropFolder.objects.create(prefix="weekly")
    client = log_in(role)
    url = reverse("admin:campaigns_dropfolder_change", args=[folder.pk])
    assert (client.get(url).status_code == 200) is sees_form
    answer = client.post(url, {"prefix": "monthly", "on_existing": "skip"})
    assert (answer.status_code == 302) is may_change
    assert DropFolder.objects.get().prefix == ("monthly" if may_change else "weekly")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("uploads/news/", "news"), ("/news", "news"), ("news/weekly", "news/weekly"), ("uploads/", ""), ("", "")],
)
def test_a_drop_folder_is_named_as_people_write_it(log_in, typed, kept):
    log_in(OPERATOR).post(
        reverse("admin:campaigns_dropfolder_add"), {"prefix": typed, "on_existing": "skip", "consent": "on"}
    )
    folder = DropFolder.objects.get()
    assert (folder.prefix, folder.consent_by.username) == (kept, "mira")
    assert Activity.objects.filter(verb="drop_folder.created", actor__username="mira").count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"prefix": "a/../b"}, "Write the folder like this"),
        ({"prefix": "taken/"}, "There is a drop folder for this already."),
        ({"send_by_itself": "on", "consent": "on"}, "Choose the campaign that is to be sent by itself."),
        ({"send_by_itself": "on", "campaign": "1"}, "Mail may leave by itself only to people who agreed"),
    ],
)
def test_a_drop_folder_that_cannot_be_is_told(log_in, fields, sentence):
    DropFolder.objects.create(prefix="taken", contact_list=ContactList.objects.create(name="Members"))
    campaign = make_campaign("Welcome")
    fields = {"prefix": "new", "on_existing": "skip"} | fields
    if "campaign" in fields:
        fields["campaign"] = campaign.pk
    page = log_in(OPERATOR).post(reverse("admin:campaigns_dropfolder_add"), fields)
    assert sentence in page.content.decode()
    assert DropFolder.objects.count() == 1
