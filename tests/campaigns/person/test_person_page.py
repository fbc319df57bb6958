from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.audience.consent import Consent
from campaigns.audience.edits import ContactEdit
from campaigns.audience.models import ContactList, Tag
from campaigns.suppression.models import Suppression
from portal.models import Activity
from portal.roles import MARKETER, VIEWER
from tests.factories.audience import a_person_with_mails, make_list, make_suppression, make_tag
from tests.factories.person import anna_of_the_club, sent_campaign
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db

WHY = reverse("admin:campaigns_contact_why")


def text(response):
    return response.content.decode()


def address_of(contact, name="person", *more):
    return reverse(f"admin:campaigns_contact_{name}", args=[contact.pk, *more])


def regroup(client, contact, deed, value):
    return client.post(address_of(contact, "regroup"), {"deed": deed, "value": value}, follow=True)


def test_the_page_says_why_somebody_gets_no_mail_and_what_they_got(log_in):
    kim = a_person_with_mails()
    page = text(log_in(VIEWER).get(address_of(kim)))
    for word in ("will not get campaigns", "550 5.1.1 user unknown", "May letter", "Spring letter", "bounced"):
        assert word in page


def test_the_page_says_that_somebody_gets_mail_and_how_to_stop_it(log_in):
    anna = make_contact("anna@club.example")
    page = text(log_in(MARKETER).get(address_of(anna)))
    assert "nothing stands against it" in page
    assert f"{reverse('admin:campaigns_suppression_add')}?address=anna%40club.example" in page


def test_a_viewer_sees_everything_and_no_button_that_changes(log_in):
    anna = anna_of_the_club()
    page = text(log_in(VIEWER).get(address_of(anna)))
    for word in ("members-2026.csv", "paper form, folder B", "Newtown", "donor", "by kim"):
        assert word in page
    for button in ("Add the tag", "Take off suppression", "Write down a consent", address_of(anna, "change")):
        assert button not in page


def test_the_list_leads_to_the_person(log_in):
    anna = make_contact()
    assert address_of(anna) in text(log_in(VIEWER).get(reverse("admin:campaigns_contact_changelist")))


def test_a_campaign_is_asked_about_by_its_name(log_in):
    anna = anna_of_the_club()
    page = text(log_in(VIEWER).get(address_of(anna), {"campaign": "April"}))
    assert "Did Anna get “April letter”?" in page
    assert "No campaign has this name." in text(log_in(VIEWER).get(address_of(anna), {"campaign": "nothing"}))


def test_the_newest_campaign_that_was_missed_is_explained_unasked(log_in):
    anna = anna_of_the_club()
    Suppression.objects.all().delete()
    assert "Why did Anna not get “Spring members&#x27; letter”?" in text(log_in(VIEWER).get(address_of(anna)))


def test_the_kind_is_in_the_address_and_a_strange_one_shows_everything(log_in):
    anna = anna_of_the_club()
    client = log_in(VIEWER)
    assert [e.word for e in client.get(address_of(anna), {"kind": "read"}).context["entries"]] == ["opened"]
    assert len(client.get(address_of(anna), {"kind": "x", "before": "\0~", "done": "9" * 30}).context["entries"]) > 5


def test_lists_are_joined_and_left_and_tags_put_on_and_off(log_in):
    anna, board, choir = make_contact(), make_list("Board"), make_tag("choir")
    client = log_in(MARKETER)
    regroup(client, anna, "join", board.pk)
    regroup(client, anna, "tag", "donor")
    regroup(client, anna, "tag", "choir")
    assert (list(anna.lists.all()), {str(tag) for tag in anna.tags.all()}) == ([board], {"choir", "donor"})
    regroup(client, anna, "leave", board.pk)
    regroup(client, anna, "untag", choir.pk)
    assert (list(anna.lists.all()), [str(tag) for tag in anna.tags.all()]) == ([], ["donor"])
    assert ContactEdit.objects.count() == 5


def test_what_was_just_done_is_undone_by_one_button(log_in):
    anna, board = make_contact(), make_list("Board")
    client = log_in(MARKETER)
    page = regroup(client, anna, "join", board.pk)
    undo = address_of(anna, "undo", page.context["done"].pk)
    assert undo in text(page)
    assert "Undone" in text(client.post(undo, follow=True))
    assert not anna.lists.exists()
    assert "undone already" in text(client.post(undo, follow=True))


def test_an_edit_of_somebody_else_is_not_found(log_in):
    anna, kim = make_contact(), make_contact("kim@club.example")
    client = log_in(MARKETER)
    edit = regroup(client, anna, "tag", "x").context["done"]
    assert client.post(address_of(kim, "undo", edit.pk)).status_code == 404


@pytest.mark.parametrize(
    ("deed", "value"),
    [("join", ""), ("join", "x"), ("join", "9" * 40), ("tag", " "), ("tag", "x" * 61), ("nothing", "1"), ("", "")],
)
def test_what_cannot_be_done_is_said_in_words(log_in, deed, value):
    anna = make_contact()
    page = regroup(log_in(MARKETER), anna, deed, value)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert not ContactEdit.objects.exists()
    assert not ContactList.objects.exists()
    assert not Tag.objects.exists()


def test_saving_the_form_leads_to_the_person_with_an_undo(log_in):
    anna = make_contact("anna@club.example", first_name="Ann")
    client = log_in(MARKETER)
    fields = {"address": "anna@club.example", "first_name": "Anna", "last_name": "", "time_zone": "", "tag_names": ""}
    page = client.post(address_of(anna, "change"), {**fields, "attribute_lines": "", "_save": "1"}, follow=True)
    assert page.request["PATH_INFO"] == address_of(anna)
    assert "Saved." in text(page)
    client.post(address_of(anna, "undo", page.context["done"].pk))
    anna.refresh_from_db()
    assert anna.first_name == "Ann"


def test_a_consent_is_written_down_by_hand(log_in):
    anna = make_contact()
    client = log_in(MARKETER)
    assert "required" in text(client.post(address_of(anna, "consent"), {"kind": "given", "wording": ""}))
    page = client.post(address_of(anna, "consent"), {"kind": "given", "wording": "paper form"}, follow=True)
    assert "paper form" in text(page)
    assert Consent.objects.get().by.username == "a-marketer"
    assert Activity.objects.filter(verb="contact.consent_recorded").count() == 1


def test_taking_off_a_suppression_leads_back_to_the_person(log_in):
    anna = make_contact("anna@club.example", pk=12_345)  # no thousands separator belongs into an address
    stop = make_suppression("anna@club.example")
    client = log_in(MARKETER)
    link = f"{reverse('admin:campaigns_suppression_release', args=[stop.pk])}?person={anna.pk}"
    assert link in text(client.get(address_of(anna)))
    page = client.post(link, {"reason_text": "New mailbox"}, follow=True)
    assert page.request["PATH_INFO"] == address_of(anna)
    assert "may get mail again" in text(page)


def test_any_address_can_be_asked_about(log_in):
    anna = anna_of_the_club()
    client = log_in(VIEWER)
    found = text(client.get(WHY, {"address": "ANNA.BERG@club.example", "campaign": "May letter"}))
    assert "came back" in found
    assert "550 5.1.1 user unknown" in found
    assert address_of(anna) in found
    assert "Nobody here has the address" in text(client.get(WHY, {"address": "zoe@club.example"}))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "Address"),
        ({"address": ""}, "required"),
        ({"address": "x"}, "not an address"),
        ({"address": "a@b.example", "campaign": "nothing"}, "No campaign has this name."),
        ({"address": "a\0@b.example", "campaign": "#" + "9" * 30}, "Null characters"),
    ],
)
def test_a_strange_question_has_an_answer_too(log_in, query, said):
    sent_campaign("Letter")
    assert said in text(log_in(VIEWER).get(WHY, query))


def test_what_people_wrote_about_themselves_is_shown_and_never_run(log_in):
    anna = make_contact("anna@club.example", first_name="<script>x</script>", attributes={"city": "<img src=x>"})
    page = text(log_in(MARKETER).get(address_of(anna)))
    assert "<script>x" not in page
    assert "<img src=x>" not in page


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999999"])
def test_nobody_of_that_number_is_not_found(log_in, number):
    client = log_in(MARKETER)
    page = f"/admin/campaigns/contact/{number}"
    assert client.get(f"{page}/person/").status_code == 404
    assert client.post(f"{page}/groups/", {"deed": "tag", "value": "x"}).status_code == 404
    assert client.post(f"{page}/edits/{number}/undo/").status_code == 404
