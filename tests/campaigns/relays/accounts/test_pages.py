from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.relays.connection_settings import open_password, relay_settings
from campaigns.relays.models import Relay
from campaigns.sending.models import SendingAccount
from campaigns.sending.states import AccountKind
from portal.alerts.models import Alert
from portal.errors import ConfigurationError, Conflict
from portal.models import Activity
from tests.factories.campaign_pages import a_draft
from tests.factories.relays import make_loopback_relay, make_relay
from tests.factories.sending import make_account
from tests.smtp_server import Script, ScriptedServer

pytestmark = pytest.mark.django_db
ADD = "admin:campaigns_sendingaccount_add"
LIST = "admin:campaigns_sendingaccount_changelist"


def change_url(relay):
    return reverse("admin:campaigns_sendingaccount_change", args=[relay.account_id])


def text_of(answer):
    return answer.content.decode()


def test_a_relay_is_made_with_its_password_sealed(operator, typed):
    answer = operator.post(reverse(ADD), typed(daily_limit="2000", size_limit_mb="10"))

    relay = Relay.objects.get()
    assert answer.url == change_url(relay)
    assert relay.account.kind == AccountKind.SMTP
    assert (relay.account.max_rate_per_s, relay.account.quota_24h) == (5, 2000)
    assert relay.max_message_bytes == 10 * 1024**2
    assert "s3cret" not in relay.sealed_password
    assert relay_settings(relay.account_id).password == "s3cret"
    assert "s3cret" not in repr(relay_settings(relay.account_id))
    deed = Activity.objects.get(verb="account.added")
    assert (deed.object_label, deed.details["server"]) == ("Office", "smtp.example.org:587")
    assert "s3cret" not in str(deed.details)


def test_a_provider_fills_what_was_left_empty(operator, typed):
    operator.post(reverse(ADD), typed(preset="gmail", host=""))
    assert (Relay.objects.get().host, Relay.objects.get().port) == ("smtp.gmail.com", 587)


def test_the_password_is_never_shown_and_kept_when_left_empty(operator, typed):
    relay = make_relay(password="very secret")
    page = text_of(operator.get(change_url(relay)))
    assert "very secret" not in page
    assert relay.sealed_password not in page
    assert 'placeholder="kept"' in page

    operator.post(change_url(relay), typed(password="", host=relay.host, allowed_from="club.example"))
    relay.refresh_from_db()
    assert relay.allowed_from == "club.example"
    assert open_password(relay) == "very secret"


@pytest.mark.parametrize("change", [{"host": "evil.example"}, {"port": 2525}, {"security": "tls"}, {"username": "eve"}])
@pytest.mark.parametrize("button", [{}, {"try": "yes"}])
def test_a_stored_password_goes_to_no_other_server(operator, typed, monkeypatch, change, button):
    monkeypatch.setattr("campaigns.relays.views.try_relay", lambda *_args, **_options: pytest.fail("it was sent"))
    relay = make_relay()
    page = operator.post(change_url(relay), {**typed(password="", **{"host": relay.host, **change}), **button})

    assert "is not sent to another server" in text_of(page)
    assert Relay.objects.get().host == relay.host


def test_a_new_relay_with_a_user_name_needs_its_password(operator, typed):
    assert "Enter the password" in text_of(operator.post(reverse(ADD), typed(password="")))
    assert not Relay.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"host": "https://smtp.example.org"}, "not the name of a server"),
        ({"host": "smtp example"}, "not the name of a server"),
        ({"host": "smtp.example.org:587"}, "not the name of a server"),
        ({"host": "a\r\nRCPT TO:<x@y>"}, "not the name of a server"),
        ({"host": ""}, "Enter the name of the server"),
        ({"port": "70000"}, "65535"),
        ({"username": "", "password": "x"}, "user name that the password belongs to"),
        ({"allowed_from": "two words"}, "neither an address nor a domain"),
        ({"name": "Main"}, "has this name already"),
        ({"max_rate_per_s": "0"}, "0.01"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(operator, typed, change, said):
    make_account(name="Main")
    assert said in text_of(operator.post(reverse(ADD), typed(**change)))
    assert not Relay.objects.exists()


def test_only_an_owner_may_allow_our_own_network(owner, typed):
    owner.post(reverse(ADD), typed(is_internal_allowed="on"))
    assert Relay.objects.get().is_internal_allowed
    assert Activity.objects.filter(verb="account.internal_allowed").count() == 1


def test_an_operator_cannot_and_a_new_server_is_not_the_one_that_was_allowed(operator, typed):
    relay = make_relay(is_internal_allowed=True)
    operator.post(reverse(ADD), typed(is_internal_allowed="on"))
    assert not Relay.objects.exclude(pk=relay.pk).get().is_internal_allowed
    assert "is_internal_allowed" not in text_of(operator.get(change_url(relay)))

    operator.post(change_url(relay), typed(host=relay.host, name="Other"))
    relay.refresh_from_db()
    assert relay.is_internal_allowed
    operator.post(change_url(relay), typed(host="inside.example", name="Other"))
    relay.refresh_from_db()
    assert not relay.is_internal_allowed
    assert Activity.objects.filter(verb="account.internal_forbidden").count() == 1


def test_without_encryption_only_in_the_sandbox(operator, typed, settings):
    settings.SANDBOX = False
    assert "Select a valid choice" in text_of(operator.post(reverse(ADD), typed(security="plain")))
    relay = make_loopback_relay(2525)
    with pytest.raises(ConfigurationError):
        relay_settings(relay.account_id)


def test_settings_of_an_account_of_ses_are_a_conflict():
    with pytest.raises(Conflict):
        relay_settings(make_account().pk)


def test_trying_out_saves_nothing_and_shows_each_step(owner, typed):
    script = Script(logins={"news": "s3cret"})
    with ScriptedServer(script) as server:
        entered = typed(host="127.0.0.1", port=server.port, security="plain", is_internal_allowed="on")
        page = text_of(owner.post(reverse(ADD), {**entered, "try": "yes"}))

    assert "The connection works" in page
    assert "as news" in page
    assert "s3cret" not in page
    assert not Relay.objects.exists()


def test_trying_the_stored_settings_keeps_what_the_server_said(owner, typed):
    with ScriptedServer(Script(logins={"news": "s3cret"})) as server:
        relay = make_loopback_relay(server.port, password="s3cret")
        form = owner.get(change_url(relay)).context["form"]
        entered = {name: value for name, value in form.initial.items() if value not in {None, False}}
        page = owner.post(change_url(relay), {**entered, "is_internal_allowed": "on", "try": "yes"})

    assert "The connection works" in text_of(page)
    relay.refresh_from_db()
    assert relay.server_size_bytes == 26214400
    assert relay.tested_at is not None
    assert "PIPELINING" in relay.server_features


def test_a_viewer_sees_and_changes_nothing(viewer, typed):
    relay = make_relay(username="news@club.example")
    page = text_of(viewer.get(change_url(relay)))
    assert "news@club.example" in page
    assert "<form" not in page.split('id="content"')[-1].split("</main>")[0]
    assert viewer.post(change_url(relay), typed()).status_code == 403
    assert viewer.get(reverse(ADD)).status_code == 403


def test_the_list_shows_both_kinds(operator):
    make_account(name="Main")
    make_relay(name="Office", host="smtp.office.example")
    page = text_of(operator.get(reverse(LIST)))
    assert "Amazon SES, us-east-1" in page
    assert "smtp.office.example:587" in page


def test_a_relay_that_nothing_used_is_deleted(operator):
    relay = make_relay()
    operator.post(reverse("admin:campaigns_sendingaccount_remove", args=[relay.account_id]))
    assert not SendingAccount.objects.exists()
    assert Activity.objects.get(verb="account.deleted").object_label == relay.account.name


def test_a_relay_of_a_campaign_stays(operator):
    relay = make_relay(name="Office")
    a_draft(account=relay.account)
    url = reverse("admin:campaigns_sendingaccount_remove", args=[relay.account_id])
    assert "cannot be deleted" in text_of(operator.post(url, follow=True))
    assert Relay.objects.exists()
    assert not Activity.objects.filter(verb="account.deleted").exists()


def test_an_account_of_ses_is_not_deleted(operator):
    account = make_account()
    assert operator.post(reverse("admin:campaigns_sendingaccount_remove", args=[account.pk])).status_code == 404


def test_switched_off_nothing_leaves_and_nobody_is_told_that_it_is_stopped(operator):
    relay = make_relay(name="Office")
    url = reverse("admin:campaigns_sendingaccount_switch", args=[relay.account_id])
    operator.post(url, {"active": "no"})
    account = SendingAccount.objects.get()
    assert (account.is_active, account.is_sending_enabled) == (False, False)
    assert not Alert.objects.filter(cleared_at=None).exists()

    operator.post(url, {"active": "yes"})
    account.refresh_from_db()
    assert (account.is_active, account.is_sending_enabled) == (True, True)
    verbs = Activity.objects.filter(verb__startswith="account.switched").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["account.switched_off", "account.switched_on"]


def test_kms_being_down_is_said_on_the_form(operator, typed, monkeypatch):
    from portal.errors import Unavailable

    def down(*_args, **_context):
        raise Unavailable("KMS does not answer.", service="kms")

    monkeypatch.setattr("campaigns.relays.connection_settings.seal", down)
    assert "KMS does not answer." in text_of(operator.post(reverse(ADD), typed()))
    assert not SendingAccount.objects.exists()


def test_a_refused_login_is_marked_on_the_page(operator):
    from django.utils import timezone

    relay = make_relay(last_login_failed_at=timezone.now(), last_error="535 no", last_error_at=timezone.now())
    page = text_of(operator.get(change_url(relay)))
    assert "login refused" in page
    assert "535 no" in page
