from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.urls import reverse

from credentials.grants.models import Health, OAuthGrant
from portal.models import Activity
from routing.gmail.models import GmailMailbox
from routing.inbound.models import DeliveryState
from tests.factories.gmail import make_delivery, make_inbound, make_mailbox

pytestmark = pytest.mark.django_db
ANNA, BERT = "anna@gmail.example", "bert@gmail.example"
HOME = "/admin/routing/gmailmailbox/"


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


@pytest.fixture
def page(client):
    client.force_login(User.objects.create_superuser("owner"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def agree(google_url: str, *, email: str = ANNA, leave_out: str = "", deny: bool = False) -> str:
    """What a person does on the consent page; the address to which the browser is sent back."""
    scopes = parse_qs(urlsplit(google_url).query)["scope"][0].split()
    form = (
        {"deny": "yes"}
        if deny
        else {"email": email, **{f"scope:{s}": "on" for s in scopes if leave_out not in s or not leave_out}}
    )
    from urllib.error import HTTPError

    try:
        build_opener(_NoRedirect).open(Request(google_url, urlencode(form).encode()))
    except HTTPError as answer:
        with answer:
            return answer.headers["Location"]
    raise AssertionError("no redirect")


def begun(page, address: str = "connect/") -> str:
    return page.get(HOME + address).context["google_url"]


def back(page, location: str):
    parts = urlsplit(location)
    return page.get(f"{parts.path}?{parts.query}", follow=True)


def texts(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_connecting_makes_a_mailbox_whose_tokens_are_sealed(google, page):
    response = back(page, agree(begun(page)))
    assert f"{ANNA} is connected" in texts(response)
    grant = OAuthGrant.objects.get()
    assert (grant.email, grant.health) == (ANNA, Health.UNKNOWN_EXPIRY)
    assert GmailMailbox.objects.get().grant == grant
    assert "1//" not in grant.sealed_refresh_token
    assert Activity.objects.filter(verb="grant.connected").count() == 1


def test_an_app_in_testing_says_when_its_consent_ends(google, page):
    google.ask("POST", "tokens", {"refresh_token_expires_in": 604_799})
    back(page, agree(begun(page)))
    assert OAuthGrant.objects.get().health == Health.HEALTHY


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"deny": True}, "Google was told no"),
        ({"leave_out": "gmail.insert"}, "was not allowed to receive mail"),
        ({"leave_out": "openid"}, "did not say whose mailbox"),
    ],
)
def test_what_is_not_enough_is_said_plainly_and_keeps_nothing(google, page, asked, words):
    response = back(page, agree(begun(page), **asked))
    assert words in texts(response)
    assert not OAuthGrant.objects.exists()


def test_without_a_lasting_permission_nothing_is_kept(google, page):
    google.ask("POST", "tokens", {"leaves_out_refresh_token": True})
    assert "no lasting permission" in texts(back(page, agree(begun(page))))
    assert not OAuthGrant.objects.exists()


def test_another_account_than_the_one_to_be_connected_again_changes_nothing(google, page):
    back(page, agree(begun(page)))
    mailbox = GmailMailbox.objects.get()
    before = OAuthGrant.objects.get().sealed_refresh_token
    response = back(page, agree(begun(page, f"{mailbox.pk}/connect/"), email=BERT))
    assert "is to be connected again" in texts(response)
    assert OAuthGrant.objects.get().sealed_refresh_token == before


def test_an_answer_is_used_once_and_only_by_the_session_that_asked(google, page, client):
    location = agree(begun(page))
    other = type(client)()
    other.force_login(User.objects.create_superuser("other"), backend="django.contrib.auth.backends.ModelBackend")
    assert "did not begin" in texts(back(other, location))
    back(page, location)
    assert "did not begin" in texts(back(page, location))
    assert OAuthGrant.objects.count() == 1


def test_a_forged_state_or_code_connects_nothing(google, page):
    begun(page)
    assert "did not begin" in texts(page.get(HOME + "connected/?code=4/x&state=forged", follow=True))
    location = agree(begun(page))
    state = parse_qs(urlsplit(location).query)["state"][0]
    response = page.get(HOME + "connected/?" + urlencode({"code": "4/somebody-elses", "state": state}), follow=True)
    assert "did not accept the answer" in texts(response)
    assert not OAuthGrant.objects.exists()


def test_the_code_of_one_attempt_is_worthless_in_another(google, page):
    first, second = agree(begun(page)), agree(begun(page), email=BERT)
    code = parse_qs(urlsplit(first).query)["code"][0]
    state = parse_qs(urlsplit(second).query)["state"][0]
    response = page.get(HOME + "connected/?" + urlencode({"code": code, "state": state}), follow=True)
    assert "did not accept the answer" in texts(response)


def test_connecting_again_lets_what_was_parked_go(google, page, bucket, hints):
    back(page, agree(begun(page)))
    mailbox = GmailMailbox.objects.get()
    delivery = make_delivery(make_inbound(bucket=bucket), mailbox, state=DeliveryState.PARKED)
    OAuthGrant.objects.update(health=Health.REVOKED, reason="invalid_grant")
    back(page, agree(begun(page, f"{mailbox.pk}/connect/")))
    hints.run_all()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DELIVERED


def test_a_test_message_lies_in_the_mailbox(google, page):
    mailbox = make_mailbox(ANNA, refresh_token=google.grant(ANNA))
    response = page.post(f"{HOME}{mailbox.pk}/deed/", {"deed": "test"}, follow=True)
    assert "A test message lies" in texts(response)
    assert [mail["subject"] for mail in google.mail(ANNA)] == ["Test message from Postroom"]


def test_disconnecting_is_done_and_said(google, page):
    mailbox = make_mailbox(ANNA, refresh_token=google.grant(ANNA))
    response = page.post(f"{HOME}{mailbox.pk}/deed/", {"deed": "disconnect"}, follow=True)
    assert "is disconnected" in texts(response)
    assert OAuthGrant.objects.get().health == Health.DISCONNECTED


def test_the_list_says_what_waits_where(google, page, bucket):
    mailbox = make_mailbox(ANNA, health=Health.REVOKED, reason="invalid_grant")
    for _ in range(3):
        make_delivery(make_inbound(bucket=bucket), mailbox, state=DeliveryState.PARKED)
    line = page.get(HOME).context["lines"][0]
    assert (line.parked_count, line.tone) == (3, "bad")
    assert "permission away" in page.get(f"{HOME}{mailbox.pk}/").content.decode()


def test_without_an_oauth_client_the_pages_say_what_is_missing(page, settings):
    settings.GOOGLE_CLIENT_ID = ""
    assert "GOOGLE_CLIENT_ID" in page.get(HOME).content.decode()
    assert "GOOGLE_CLIENT_ID" in page.get(HOME + "connect/").content.decode()


def test_the_command_takes_the_pasted_address(google, monkeypatch, capsys):
    from routing.management.commands import connect_gmail

    monkeypatch.setattr(connect_gmail.Command, "_ask", lambda _self, url: agree(url))
    call_command("connect_gmail")
    assert OAuthGrant.objects.get().email == ANNA
    assert "is connected" in capsys.readouterr().out


def test_the_command_says_what_is_wrong_with_what_was_pasted(google, monkeypatch):
    from routing.management.commands import connect_gmail

    monkeypatch.setattr(connect_gmail.Command, "_ask", lambda _self, _url: "nonsense")
    with pytest.raises(CommandError, match="whole address"):
        call_command("connect_gmail")
    assert reverse("admin:routing_gmailmailbox_changelist") == HOME


def test_the_overview_says_what_is_parked_unless_an_alert_does(page, bucket):
    from portal.overview_alerts import find_alerts

    mailbox = make_mailbox(ANNA, health=Health.DISCONNECTED)
    make_delivery(make_inbound(bucket=bucket), mailbox, state=DeliveryState.PARKED)
    alerts = [alert for alert in find_alerts([], []) if alert.what == ANNA]
    assert [alert.text for alert in alerts] == ["1 mail waits for this account."]
