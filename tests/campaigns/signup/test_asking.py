from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.states import CampaignKind
from campaigns.signup import links
from campaigns.signup.models import SignupForm, SignupRequest
from campaigns.signup.services import MAILS_PER_ADDRESS_DAY, REQUESTS_PER_IP_HOUR
from portal.models import RateCount
from tests.factories.sending import make_contact
from tests.factories.signup import make_form

pytestmark = pytest.mark.django_db
SITE = "https://club.example"


@pytest.fixture
def form():
    return make_form(allowed_origins=SITE)


def stamp_of(form: SignupForm, *, age_s: float = 30) -> str:
    with time_machine.travel(timezone.now() - timedelta(seconds=age_s), tick=False):
        return links.shown_stamp(form.form_key)


def send(form: SignupForm, *, client: Client | None = None, headers: dict[str, str] | None = None, **answers: str):
    given = {"address": "Nia@Club.example", "first_name": "Nia", "consent": "on", "shown": stamp_of(form), **answers}
    client = client or Client(enforce_csrf_checks=True)
    return client.post(reverse("signup", args=[form.form_key]), given, headers=headers)


def test_looking_at_the_form_sets_no_cookie_and_writes_nothing(client, form, django_assert_num_queries):
    address = reverse("signup", args=[form.form_key])
    for ask in (client.get, client.head):
        answer = ask(address)
        assert answer.status_code == 200
        assert not answer.cookies
    assert not SignupRequest.objects.exists()
    assert not RateCount.objects.exists()


def test_asking_keeps_the_wish_with_its_wording_and_makes_no_contact(form, hints):
    answer = send(form)
    assert answer.status_code == 200
    assert b"Nearly done" in answer.content
    wish = SignupRequest.objects.get()
    assert (wish.address, wish.values, wish.state) == ("Nia@club.example", {"first_name": "Nia"}, "pending")
    assert wish.consent_text == form.consent_text
    assert wish.ip_address == "127.0.0.1"
    assert not Contact.objects.exists()
    form.refresh_from_db()
    assert form.request_count == 1


def test_the_mail_is_a_delivery_of_the_ledger_in_the_priority_lane(form):
    send(form)
    mail = Campaign.objects.get()
    assert (mail.campaign_kind, mail.is_priority) == (CampaignKind.CONFIRMATION, True)
    assert SignupRequest.objects.get().confirmation == mail


def test_the_answer_is_the_same_for_who_is_known_and_who_is_not(form):
    make_contact("nia@club.example")
    known, unknown = send(form), send(form, address="new@club.example")
    plain = [
        answer.content.replace(b"Nia@Club.example", b"X").replace(b"new@club.example", b"X")
        for answer in (known, unknown)
    ]
    shown = [page[: page.index(b'name="shown"')] for page in plain]
    assert shown[0] == shown[1]
    assert known.status_code == unknown.status_code


def test_asking_twice_keeps_one_wish_and_sends_two_mails(form):
    send(form)
    send(form, first_name="Nia Maria")
    wish = SignupRequest.objects.get()
    assert wish.values == {"first_name": "Nia Maria"}
    assert Campaign.objects.count() == 2
    form.refresh_from_db()
    assert form.request_count == 1
    versions = set(Campaign.objects.values_list("version", flat=True))
    assert len(versions) == 1


def test_without_the_consent_or_an_address_nothing_is_kept(form):
    for answer in (send(form, consent=""), send(form, address="nia@"), send(form, address="")):
        assert answer.status_code == 200
        assert b"errorlist" in answer.content
    assert not SignupRequest.objects.exists()


def test_a_machine_that_fills_in_the_trap_gets_the_same_answer_and_is_counted(form):
    answer = send(form, homepage="https://spam.example")
    assert b"Nearly done" in answer.content
    assert not SignupRequest.objects.exists()
    form.refresh_from_db()
    assert form.trapped_count == 1


@pytest.mark.parametrize("stamp", ["", "nonsense", "young", "old", "foreign"])
def test_who_did_not_read_the_form_is_asked_to_press_once_more(form, stamp):
    stamps = {
        "young": stamp_of(form, age_s=0),
        "old": stamp_of(form, age_s=links.LONGEST_S + 60),
        "foreign": stamp_of(make_form("Another")),
    }
    answer = send(form, shown=stamps.get(stamp, stamp))
    assert b"press the button once more" in answer.content
    assert b"Nia@Club.example" in answer.content
    assert not SignupRequest.objects.exists()


def test_a_website_that_may_embed_it_needs_no_stamp(form):
    assert b"Nearly done" in send(form, shown="", headers={"Origin": SITE}).content
    assert SignupRequest.objects.get().origin == SITE


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://club.example.evil.example"])
def test_another_website_needs_one(form, origin):
    assert b"press the button once more" in send(form, shown="", headers={"Origin": origin}).content
    assert not SignupRequest.objects.exists()


def test_from_a_website_one_is_led_back_to_its_page(form):
    SignupForm.objects.update(return_url=f"{SITE}/thanks")
    answer = send(form, shown="", headers={"Origin": SITE})
    assert (answer.status_code, answer["Location"]) == (303, f"{SITE}/thanks")
    assert send(form).status_code == 200


def test_one_address_gets_only_so_many_mails_a_day_and_the_answer_stays_the_same(form):
    answers = [send(form) for _time in range(MAILS_PER_ADDRESS_DAY + 2)]
    assert {answer.status_code for answer in answers} == {200}
    assert Campaign.objects.count() == MAILS_PER_ADDRESS_DAY
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        send(form)
    assert Campaign.objects.count() == MAILS_PER_ADDRESS_DAY + 1


def test_other_words_behind_a_plus_are_the_same_mailbox(form):
    for number in range(MAILS_PER_ADDRESS_DAY + 1):
        assert send(form, address=f"nia+{number}@club.example").status_code == 200
    assert Campaign.objects.count() == MAILS_PER_ADDRESS_DAY


def test_one_caller_may_ask_only_so_often_in_an_hour(form):
    for number in range(REQUESTS_PER_IP_HOUR):
        assert send(form, address=f"p{number}@club.example").status_code == 200
    refused = send(form, address="late@club.example")
    assert refused.status_code == 429
    assert not SignupRequest.objects.filter(address="late@club.example").exists()
    form.refresh_from_db()
    assert form.limited_count == 1
    assert send(form, client=Client(REMOTE_ADDR="192.0.2.9"), address="late@club.example").status_code == 200


def test_callers_that_a_server_sees_through_ipv6_are_told_apart(form):
    for number in range(REQUESTS_PER_IP_HOUR):
        send(form, client=Client(REMOTE_ADDR="::ffff:192.0.2.8"), address=f"p{number}@club.example")
    assert send(form, client=Client(REMOTE_ADDR="192.0.2.8"), address="late@club.example").status_code == 429
    assert send(form, client=Client(REMOTE_ADDR="::ffff:192.0.2.9"), address="late@club.example").status_code == 200


def test_a_closed_form_and_an_unknown_one_take_nothing(form):
    SignupForm.objects.update(is_open=False)
    assert send(form).status_code == 410
    assert Client().get(reverse("signup", args=["nothing"])).status_code == 404
    assert not SignupRequest.objects.exists()


def test_nothing_that_was_typed_stands_in_the_mail(form, hints):
    send(form, first_name="Buy at spam.example")
    hints.run_all()
    mail = Campaign.objects.get()
    assert "spam" not in f"{mail.version.subject}{mail.version.body}{mail.given_values}"
    assert Delivery.objects.get().address == "Nia@club.example"


def test_only_named_websites_may_frame_the_form(client, form):
    answer = client.get(reverse("signup_frame", args=[form.form_key]))
    policy = answer["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {SITE}" in policy
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors 'none'" in client.get(reverse("signup", args=[form.form_key]))["Content-Security-Policy"]


def test_the_page_speaks_the_language_of_the_form(client):
    form = make_form("Rundbrief", language="de")
    page = client.get(reverse("signup", args=[form.form_key]), headers={"Accept-Language": "en"})
    assert b'lang="de"' in page.content
