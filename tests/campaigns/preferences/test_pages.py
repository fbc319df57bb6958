from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.audience.models import ContactList
from campaigns.preferences.figures import reasons_of, unsubscribed_count
from campaigns.preferences.models import ListOptOut, Unsubscription
from campaigns.preferences.services import UNDO_HOURS, unsubscribe
from campaigns.suppression.models import Suppression
from portal.roles import MARKETER, OWNER
from tests.factories.preferences import a_letter_to_a_list, a_person_who_left, token_of, unsubscribes

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail():
    return a_letter_to_a_list()


@pytest.fixture
def page(mail) -> str:
    return reverse("unsubscribe", args=[token_of(mail)])


@pytest.fixture
def as_role(client):
    def log_in(role):
        person = User.objects.create(username="kim", is_staff=True)
        person.groups.set([Group.objects.get(name=role)])
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


def lists_of(mail) -> list[str]:
    return sorted(mail.contact.lists.values_list("name", flat=True))


def ids(*names: str) -> list[int]:
    return [ContactList.objects.get(name=name).pk for name in names]


def test_the_page_of_choice_shows_public_names_and_what_the_mail_went_to(client, mail, page):
    ContactList.objects.create(name="late payers").memberships.create(contact=mail.contact)
    ContactList.objects.filter(name="news").update(public_name="")
    text = client.get(page + "?choose=yes").content.decode()
    assert "Match days" in text
    assert "Mails like the one you came from" in text
    assert "late payers" not in text
    assert "news" not in text.replace("Club news", "")


def test_what_is_no_longer_ticked_is_left(client, mail, page):
    shown = ids("news", "matches")
    client.post(page, {"deed": "choose", "shown": shown, "keep": ids("news")})
    assert lists_of(mail) == ["news"]
    assert ListOptOut.objects.get().contact_list.name == "matches"
    assert not Suppression.objects.exists()


def test_a_list_that_was_not_shown_is_never_left(client, mail, page):
    hidden = ContactList.objects.create(name="hidden")
    hidden.memberships.create(contact=mail.contact)
    client.post(page, {"deed": "choose", "shown": [hidden.pk, 10**17, "x", *ids("news")], "keep": ids("news")})
    assert lists_of(mail) == ["hidden", "matches", "news"]
    assert not Unsubscription.objects.exists()


def test_everything_can_be_stopped_whatever_is_ticked(client, mail, page):
    shown = ids("news", "matches")
    client.post(page, {"deed": "choose", "shown": shown, "keep": shown, "everything": "yes"})
    assert Suppression.objects.get().address_key == mail.address_key
    assert Unsubscription.objects.get().scope == "everything"


def test_a_mistake_is_undone_by_the_same_link_and_everything_is_as_before(client, mail, page):
    before = mail.contact.memberships.get(contact_list__name="news").joined_at
    client.post(page)
    client.post(page, {"deed": "choose", "everything": "yes"})
    assert Suppression.objects.exists()
    answer = client.post(page, {"deed": "undo"})
    assert b"Everything is as it was before" in answer.content
    assert lists_of(mail) == ["matches", "news"]
    assert mail.contact.memberships.get(contact_list__name="news").joined_at == before
    assert not Suppression.objects.exists()
    assert not ListOptOut.objects.exists()
    assert unsubscribed_count(mail.campaign_id) == 0
    assert b"nothing to undo" in client.post(page, {"deed": "undo"}).content


def test_who_opens_the_link_again_reads_that_it_is_done_and_can_undo_it(client, mail, page):
    assert "Nothing has changed so far" in client.get(page).content.decode()
    client.post(page)
    again = client.get(page).content.decode()
    assert "You are off the list" in again
    assert 'value="undo"' in again
    client.post(page, {"deed": "undo"})
    assert "Nothing has changed so far" in client.get(page).content.decode()


def test_the_page_still_offers_to_leave_what_the_mail_went_to_after_another_list_was_left(client, mail, page):
    client.post(page, {"deed": "choose", "shown": ids("news", "matches"), "keep": ids("news")})
    assert "Nothing has changed so far" in client.get(page).content.decode()


def test_who_left_the_last_list_reads_so_on_the_page_of_choice(client, mail, page):
    client.post(page, {"deed": "choose", "shown": ids("news", "matches"), "keep": []})
    assert "You are on none of our lists now." in client.get(page + "?choose=yes").content.decode()


def test_undo_works_for_a_day_only(client, mail, page, time_machine):
    time_machine.move_to("2026-05-03 09:00+00:00", tick=False)
    client.post(page)
    time_machine.shift(UNDO_HOURS * 3600 + 1)
    assert b"nothing to undo" in client.post(page, {"deed": "undo"}).content
    assert lists_of(mail) == ["matches"]


def test_undoing_never_ends_a_suppression_that_was_there_before(client, mail, page):
    Suppression.objects.create(
        address=mail.address, address_key=mail.address_key, reason="complaint", source="ses-event"
    )
    client.post(page, {"deed": "choose", "everything": "yes"})
    client.post(page, {"deed": "undo"})
    assert Suppression.objects.get().reason == "complaint"


def test_the_reason_is_kept_and_counted_for_the_campaign(client, mail, page):
    client.post(page)
    client.post(page, {"deed": "why", "why": "too-much", "words": "weekly\0 is <b>enough</b>"})
    client.post(page, {"deed": "why", "why": "made up", "words": "x"})
    deed = Unsubscription.objects.get()
    assert (deed.why, deed.why_text) == ("too-much", "weekly is <b>enough</b>")
    assert unsubscribed_count(mail.campaign_id) == 1
    assert reasons_of(mail.campaign_id) == [("too many mails", 1)]


def test_a_person_counts_once_for_a_campaign_however_often_they_choose(client, mail, page):
    client.post(page)
    client.post(page, {"deed": "choose", "everything": "yes"})
    assert Unsubscription.objects.count() == 2
    assert unsubscribed_count(mail.campaign_id) == 1


def test_the_list_shows_who_left_what_and_the_uses_of_links(as_role):
    unsubscribes()
    text = as_role(MARKETER).get(reverse("admin:campaigns_unsubscription_changelist")).content.decode()
    for words in ("person0@club.example", "One a week is enough for me.", "Spring letter", "Forged, refused"):
        assert words in text


def test_the_person_page_tells_what_they_left_and_lets_them_back_with_a_reason(as_role):
    anna = a_person_who_left()
    client = as_role(MARKETER)
    person = reverse("admin:campaigns_contact_person", args=[anna.pk])
    text = client.get(person).content.decode()
    assert "Lists they left" in text
    assert "left “news”, “Spring letter”" in text
    opt_out = ListOptOut.objects.get()
    back = reverse("admin:campaigns_contact_let_back", args=[anna.pk, opt_out.pk])
    client.post(back, {"why": ""})
    assert ListOptOut.objects.exists()
    client.post(back, {"why": "she called"})
    assert anna.lists.filter(name="news").exists()
    assert "she called" in client.get(person).content.decode()


def test_somebody_else_s_list_is_not_let_back_through_another_person(as_role):
    anna = a_person_who_left()
    other = ListOptOut.objects.create(contact_list=ContactList.objects.create(name="x"), address_key="b@club.example")
    back = reverse("admin:campaigns_contact_let_back", args=[anna.pk, other.pk])
    assert as_role(OWNER).post(back, {"why": "x"}).status_code == 404


def test_a_signup_brings_somebody_back_onto_the_list_they_left(mail):
    from campaigns.signup.services import confirm_request
    from tests.factories.signup import make_form, make_request

    unsubscribe(mail.pk, is_one_click=True)
    news = ContactList.objects.get(name="news")
    wish = make_request(form=make_form(contact_list=news), address=mail.address)
    confirm_request(wish.pk)
    assert lists_of(mail) == ["matches", "news"]
    assert not ListOptOut.objects.exists()
