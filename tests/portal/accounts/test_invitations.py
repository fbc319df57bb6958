from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from portal.accounts import public_views
from portal.accounts.invitations import accept
from portal.accounts.links import invitation_url
from portal.accounts.models import AccountMail, Invitation
from portal.accounts.outbox import send_waiting
from portal.errors import Unavailable
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, OWNER
from tests.factories.accounts import PASSWORD, make_invitation, make_user, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client) -> User:
    olga = make_user("olga", role=OWNER)
    client.force_login(olga, backend="django.contrib.auth.backends.ModelBackend")
    return olga


def invite(client, address: str = "new@portal.example", *roles: str):
    ids = [Group.objects.get(name=name).pk for name in roles or (OPERATOR,)]
    return client.post(reverse("invitations"), {"address": address, "roles": ids})


def joins(client, token: str, username: str = "nina"):
    form = {"username": username, "full_name": "Nina Simone", "password1": PASSWORD, "password2": PASSWORD}
    return client.post(reverse("accept_invitation", args=[token]), form)


def link_in(text: str) -> str:
    [url] = re.findall(r"https?://\S+/login/invitation/\S+", text)
    return token_of(url)


def test_an_invited_person_joins_by_the_link_in_the_mail_once(client, owner, mails):
    invite(client, "New@Portal.example", OPERATOR, MARKETER)
    assert send_waiting() == 1
    [mail] = mails
    assert mail["to"] == "New@portal.example"
    client.logout()
    token = link_in(mail["text"])
    assert client.get(reverse("accept_invitation", args=[token])).status_code == 200
    assert joins(client, token).url == reverse("admin:login")
    nina = User.objects.get(username="nina")
    assert sorted(group.name for group in nina.groups.all()) == [MARKETER, OPERATOR]
    assert (nina.email, nina.get_full_name(), nina.is_staff) == ("New@portal.example", "Nina Simone", True)
    assert joins(client, token, "mallory").status_code == 404
    verbs = set(Activity.objects.values_list("verb", flat=True))
    assert {"invitation.sent", "person.joined"} <= verbs


def test_the_outbox_keeps_no_link(client, owner, mails):
    invite(client)
    kept = str(list(AccountMail.objects.values()))
    send_waiting()
    assert link_in(mails[0]["text"]) not in kept + str(list(AccountMail.objects.values()))


def test_sending_again_makes_the_earlier_link_void(client, owner, mails):
    invite(client)
    send_waiting()
    invitation = Invitation.objects.get()
    client.post(reverse("invitation_again", args=[invitation.pk]))
    send_waiting()
    old, new = (link_in(mail["text"]) for mail in mails)
    assert joins(client, old).status_code == 404
    assert joins(client, new).status_code == 302


def test_an_invitation_that_is_taken_back_lets_nobody_in_and_its_mail_does_not_leave(client, owner, mails):
    invite(client)
    invitation = Invitation.objects.get()
    token = token_of(invitation_url(invitation))
    client.post(reverse("invitation_revoke", args=[invitation.pk]))
    assert joins(client, token).status_code == 404
    assert send_waiting() == 0
    assert mails == []


def test_an_invitation_ends_after_its_days(client):
    invitation = make_invitation(days=0)
    Invitation.objects.update(expires_at=timezone.now())
    assert joins(client, token_of(invitation_url(invitation))).status_code == 404


def test_a_changed_link_lets_nobody_in(client):
    token = token_of(invitation_url(make_invitation()))
    assert joins(client, token[:-2] + ("AA" if token[-2:] != "AA" else "BB")).status_code == 404


@pytest.mark.parametrize("address", ["not an address", "olga@portal.example", "OLGA@portal.example"])
def test_what_cannot_be_invited_is_refused_with_the_reason(client, owner, address):
    assert invite(client, address).status_code == 200
    assert not Invitation.objects.exists()


def test_nobody_is_invited_twice(client, owner):
    invite(client)
    assert "invited already" in invite(client).content.decode()


def test_a_taken_user_name_is_refused(client, owner):
    token = token_of(invitation_url(make_invitation()))
    assert "already" in joins(client, token, "OLGA").content.decode()
    assert Invitation.objects.get().state == "open"


def test_a_user_name_that_somebody_takes_in_the_same_moment_is_told_at_its_field(client, monkeypatch):
    token = token_of(invitation_url(make_invitation()))

    def take_it_first(invitation, newcomer):
        make_user("nina")
        return accept(invitation, newcomer)

    monkeypatch.setattr(public_views, "accept", take_it_first)
    answer = joins(client, token)
    assert answer.status_code == 200
    assert answer.context["form"].errors == {"username": ["Somebody has this user name already."]}
    assert Invitation.objects.get().state == "open"


def test_an_address_that_got_an_account_meanwhile_gets_no_second_one(client):
    token = token_of(invitation_url(make_invitation("new@portal.example")))
    make_user("otto", address="NEW@portal.example")
    answer = joins(client, token)
    assert answer.status_code == 409
    assert "has an account already" in answer.content.decode()
    assert not User.objects.filter(username="nina").exists()


def test_a_mail_that_cannot_leave_waits_and_says_why(owner, client, mails, monkeypatch):
    from portal.aws import ses

    def down(_request) -> str:
        raise Unavailable("SES is down", service="ses")

    invite(client)
    monkeypatch.setattr(ses, "send_raw_email", down)
    assert send_waiting() == 0
    mail = AccountMail.objects.get()
    assert (mail.state, mail.error, mail.try_count) == ("waiting", "SES is down", 1)
    assert mail.retry_at is not None
