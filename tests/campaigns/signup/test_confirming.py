from __future__ import annotations

import base64
import email
import email.policy
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.audience.consent import Consent
from campaigns.audience.models import Contact, ListMembership
from campaigns.sending.models import Delivery
from campaigns.sending.states import DeliveryState
from campaigns.signup import services
from campaigns.signup.links import confirm_url, read_token
from campaigns.signup.models import SignupRequest
from campaigns.signup.services import Outcome, Wish, ask_to_join, confirm_request, sweep_requests
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import suppress
from portal.errors import Refused
from portal.models import Activity
from tests.factories.sending import make_contact
from tests.factories.signup import make_form, make_request

pytestmark = pytest.mark.django_db
HOST = "http://127.0.0.1:8000"
WISH = Wish("Nia@club.example", {"first_name": "Nia", "city": "Oldtown"}, ip_address="192.0.2.7")


def path_of(wish: SignupRequest) -> str:
    return confirm_url(wish.pk).removeprefix(HOST)


def press(wish: SignupRequest):
    return Client(enforce_csrf_checks=True).post(path_of(wish))


@pytest.fixture
def wish():
    return make_request(values={"first_name": "Nia", "city": "Oldtown"}, ip_address="192.0.2.7")


def suppressed(reason: Suppression.Reason) -> Suppression:
    return suppress("nia@club.example", reason=reason, source=Suppression.Source.RECIPIENT)


def test_scanners_that_open_the_link_confirm_nothing(client, wish):
    for ask in (client.get, client.head) * 3:
        assert ask(path_of(wish)).status_code == 200
    wish.refresh_from_db()
    assert wish.state == "pending"
    assert not Contact.objects.exists()
    assert not Consent.objects.exists()
    assert not Activity.objects.exists()


def test_the_page_of_the_link_shows_a_button_and_what_will_be_kept(client, wish):
    page = client.get(path_of(wish)).content.decode()
    assert "<button" in page
    assert "Nia" in page
    assert "put me on the list" in page
    assert wish.consent_text.replace("'", "&#x27;") in page


def test_pressing_makes_the_contact_puts_it_on_the_list_and_keeps_the_consent(wish):
    assert press(wish).status_code == 200
    contact = Contact.objects.get()
    assert (contact.address, contact.first_name) == ("nia@club.example", "Nia")
    assert contact.attributes == {"city": "Oldtown"}
    assert list(contact.lists.all()) == [wish.form.contact_list]
    consent = Consent.objects.get()
    assert (consent.contact, consent.source, consent.kind) == (contact, "sign-up", "given")
    assert (consent.contact_list, consent.wording) == (wish.form.contact_list, wish.consent_text)
    wish.refresh_from_db()
    assert (wish.state, wish.values, wish.ip_address, wish.contact) == ("confirmed", {}, None, contact)


def test_a_known_contact_keeps_what_was_not_typed(wish):
    known = make_contact("nia@club.example", first_name="N.", last_name="Berg", attributes={"city": "X", "size": "M"})
    confirm_request(wish.pk)
    known.refresh_from_db()
    assert (known.first_name, known.last_name, known.attributes) == ("Nia", "Berg", {"city": "Oldtown", "size": "M"})


def test_a_known_contact_is_untouched_before_the_confirmation():
    known = make_contact("nia@club.example", first_name="N.")
    ask_to_join(make_form(), WISH)
    known.refresh_from_db()
    assert known.first_name == "N."
    assert not known.lists.exists()


def test_a_second_press_changes_nothing_even_after_the_person_has_left(wish):
    press(wish)
    contact = Contact.objects.get()
    contact.memberships.all().delete()
    suppressed(Suppression.Reason.UNSUBSCRIBE)
    answer = press(wish)
    assert b"Confirmed already" in answer.content
    assert not contact.lists.exists()
    assert Suppression.objects.exists()
    assert Consent.objects.count() == 1
    wish.form.refresh_from_db()
    assert wish.form.confirmed_count == 1


def test_of_two_presses_at_once_one_confirms(wish, monkeypatch):
    real = services._contact_of
    seen: list[bool] = []

    def second_press_arrives(request):
        contact = real(request)
        if not seen:
            seen.append(True)
            ListMembership.objects.create(contact=contact, contact_list=wish.form.contact_list)
        return contact

    monkeypatch.setattr(services, "_contact_of", second_press_arrives)
    assert confirm_request(wish.pk)[0] is Outcome.JOINED
    assert confirm_request(wish.pk)[0] is Outcome.ALREADY
    assert ListMembership.objects.count() == Consent.objects.count() == 1


def test_who_unsubscribed_and_confirms_gets_mail_again(wish):
    suppressed(Suppression.Reason.UNSUBSCRIBE)
    assert b"Thank you" in press(wish).content
    assert not Suppression.objects.exists()
    deed = Activity.objects.get(verb="suppression.released")
    assert "Our newsletter" in deed.details["reason"]


@pytest.mark.parametrize("reason", [Suppression.Reason.BOUNCE, Suppression.Reason.COMPLAINT, Suppression.Reason.MANUAL])
def test_what_bounced_or_complained_stays_stopped_and_the_person_is_told(wish, reason):
    suppressed(reason)
    assert b"we do not write to this address" in press(wish).content
    assert Suppression.objects.get().reason == reason
    assert Contact.objects.get().lists.exists()


def test_an_expired_link_changes_nothing(client, wish):
    SignupRequest.objects.update(asked_at=timezone.now() - timedelta(days=services.PENDING_DAYS, minutes=1))
    assert client.get(path_of(wish)).status_code == 410
    assert press(wish).status_code == 410
    assert not Contact.objects.exists()


def test_the_sweep_lets_old_wishes_expire_and_forgets_what_was_typed(wish):
    young = make_request(wish.form, "young@club.example", values={"first_name": "Y"})
    SignupRequest.objects.filter(pk=wish.pk).update(asked_at=timezone.now() - timedelta(days=8))
    assert sweep_requests() == 1
    wish.refresh_from_db()
    young.refresh_from_db()
    assert (wish.state, wish.values, wish.ip_address) == ("expired", {}, None)
    assert (young.state, young.values) == ("pending", {"first_name": "Y"})
    assert press(wish).status_code == 410


def test_the_sweep_deletes_rows_that_are_long_done(wish):
    SignupRequest.objects.update(state="confirmed", asked_at=timezone.now() - timedelta(days=services.KEPT_DAYS + 1))
    sweep_requests()
    assert not SignupRequest.objects.exists()
    assert press(wish).status_code == 410


@pytest.mark.parametrize("damage", ["x", "1", "1-5", "1-5-AAAA", "2-1-abc", "1-٣-abc", "1-" + "9" * 50 + "-a"])
def test_a_damaged_link_is_refused_in_words(client, wish, damage):
    for ask in (client.get, client.post):
        answer = ask(path_of(wish).rpartition("/")[0] + f"/{damage}")
        assert answer.status_code == 404
        assert b"This link does not work" in answer.content
    assert not Contact.objects.exists()


def test_a_link_opens_only_its_own_wish():
    token = confirm_url(41).rpartition("/")[2]
    assert read_token(token) == 41
    assert read_token(token.replace("-41-", "-42-")) is None


def test_the_mail_goes_out_by_itself_and_its_link_confirms(ses, hints):
    ask_to_join(make_form(), WISH)
    hints.run_all()
    delivery = Delivery.objects.get()
    assert (delivery.address, delivery.state) == ("Nia@club.example", DeliveryState.ACCEPTED)
    wish = SignupRequest.objects.get()
    (request,) = ses.requests
    raw = base64.b64decode(request["Content"]["Raw"]["Data"])
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert "List-Unsubscribe" not in mail
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        assert confirm_url(wish.pk) in text
        assert "nsubscribe" not in text


def test_the_mail_reaches_who_unsubscribed_but_not_who_bounced(ses, hints):
    form = make_form()
    for name, reason in (("left", Suppression.Reason.UNSUBSCRIBE), ("gone", Suppression.Reason.BOUNCE)):
        address = f"{name}@club.example"
        suppress(address, reason=reason, source=Suppression.Source.RECIPIENT)
        ask_to_join(form, Wish(address, {}))
    hints.run_all()
    states = dict(Delivery.objects.values_list("address", "state"))
    assert states == {"left@club.example": DeliveryState.ACCEPTED, "gone@club.example": DeliveryState.SKIPPED}


def test_a_confirmation_that_ses_refuses_is_in_the_activity_log(ses, hints):
    ses.fail_always(Refused("Email address is not verified.", service="ses", code="MessageRejected"))
    ask_to_join(make_form(), WISH)
    hints.run_all()
    assert "not verified" in Activity.objects.get().details["reason"]


def test_confirmations_do_not_fill_the_activity_log(ses, hints):
    ask_to_join(make_form(), WISH)
    hints.run_all()
    assert not Activity.objects.exists()
