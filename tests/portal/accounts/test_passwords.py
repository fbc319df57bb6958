from __future__ import annotations

import re

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from portal.accounts.links import new_address_url, password_url
from portal.accounts.models import AccountMail
from portal.accounts.outbox import send_waiting
from portal.accounts.own_changes import NEW_ADDRESSES
from portal.models import Activity
from tests.factories.accounts import PASSWORD, make_user, token_of

pytestmark = pytest.mark.django_db
NEW = "another-good-phrase-1"


@pytest.fixture
def ann() -> User:
    return make_user(address="Ann@portal.example")


def ask(client, address: str):
    return client.post(reverse("lost_password"), {"address": address})


def set_new(client, token: str):
    return client.post(reverse("set_lost_password", args=[token]), {"new_password1": NEW, "new_password2": NEW})


def test_a_lost_password_is_set_anew_by_the_mail_once(client, ann, mails):
    ask(client, "ann@PORTAL.example")
    assert send_waiting() == 1
    [url] = re.findall(r"http\S+", mails[0]["text"])
    token = token_of(url)
    assert set_new(client, token).url == reverse("admin:login")
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    assert set_new(client, token).status_code == 404
    assert Activity.objects.filter(verb="person.password_changed").exists()
    assert AccountMail.objects.filter(kind="password_changed").exists()


def test_the_answer_and_what_is_written_are_the_same_for_an_unknown_address(client, ann, mails):
    known, unknown = (
        re.sub(r'value="[^"]{40,}"', "", ask(client, address).content.decode())
        for address in ("ann@portal.example", "nobody@portal.example")
    )
    assert known == unknown
    assert AccountMail.objects.count() == 2
    assert send_waiting() == 1
    assert [mail["to"] for mail in mails] == ["ann@portal.example"]
    assert not AccountMail.objects.exists()  # what was typed is not kept


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!unusable"}])
def test_who_may_not_log_in_by_password_gets_no_link(client, ann, mails, change):
    User.objects.filter(pk=ann.pk).update(**change)
    ask(client, "ann@portal.example")
    send_waiting()
    assert mails == []


def test_asking_is_limited_by_address_silently_and_by_network_openly(client, ann):
    for _ask in range(5):
        assert ask(client, "ann@portal.example").status_code == 200
    assert AccountMail.objects.count() == 3
    for _ask in range(15):
        ask(client, "ann@portal.example")
    assert ask(client, "ann@portal.example").status_code == 429


def test_a_new_password_ends_every_session_of_the_old(client, ann):
    thief = Client()
    thief.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    assert thief.get(reverse("own_account")).status_code == 200
    set_new(client, token_of(password_url(ann)))
    assert thief.get(reverse("own_account")).status_code == 302


def test_changing_the_own_password_keeps_this_browser_and_ends_others(client, ann):
    other = Client()
    for browser in (client, other):
        browser.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert client.post(reverse("admin:password_change"), form).status_code == 302
    assert client.get(reverse("own_account")).status_code == 200
    assert other.get(reverse("own_account")).status_code == 302
    assert ann.open_logins.count() == 1
    assert AccountMail.objects.filter(kind="password_changed").exists()


def test_a_new_address_counts_when_its_link_was_used_and_the_old_one_is_told(client, ann, mails):
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("own_address")
    assert client.post(page, {"address": "new@portal.example", "proof": "wrong"}).status_code == 200
    assert client.post(page, {"address": "new@portal.example", "proof": PASSWORD}).status_code == 302
    ann.refresh_from_db()
    assert ann.email == "Ann@portal.example"
    send_waiting()
    [url] = re.findall(r"http\S+/login/address/\S+", mails[0]["text"])
    confirm = reverse("confirm_new_address", args=[token_of(url)])
    client.get(confirm)
    ann.refresh_from_db()
    assert ann.email == "Ann@portal.example"
    assert client.post(confirm).status_code == 200
    assert client.post(confirm).status_code == 404
    send_waiting()
    ann.refresh_from_db()
    assert ann.email == "new@portal.example"
    assert mails[-1]["to"] == "Ann@portal.example"


def test_nobody_has_mails_sent_to_any_number_of_new_addresses(client, ann):
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    for number in range(NEW_ADDRESSES + 1):
        client.post(reverse("own_address"), {"address": f"n{number}@portal.example", "proof": PASSWORD})
    assert AccountMail.objects.count() == NEW_ADDRESSES
    assert "Too many new addresses" in client.get(reverse("own_account")).content.decode()


def test_a_link_to_a_new_address_ends_after_a_day(client, ann):
    token = token_of(new_address_url(ann, "new@portal.example"))
    with time_machine.travel("2099-01-01"):
        assert client.post(reverse("confirm_new_address", args=[token])).status_code == 404


def test_a_new_password_makes_the_link_to_a_new_address_void(client, ann):
    token = token_of(new_address_url(ann, "thief@elsewhere.example"))
    set_new(client, token_of(password_url(ann)))
    assert client.post(reverse("confirm_new_address", args=[token])).status_code == 404
    ann.refresh_from_db()
    assert ann.email == "Ann@portal.example"


def test_the_own_name_is_changed(client, ann):
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("own_account"), {"first_name": "Ann", "last_name": "Droid"})
    ann.refresh_from_db()
    assert ann.get_full_name() == "Ann Droid"
