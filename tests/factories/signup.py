"""Sign-up forms, and people who wait in them."""

from __future__ import annotations

from django.utils import timezone

from campaigns.audience.models import ContactList
from campaigns.signup.mail import default_body, default_subject
from campaigns.signup.models import SignupForm, SignupRequest
from tests.factories.sending import make_account


def make_form(title: str = "Our newsletter", **fields) -> SignupForm:
    language = fields.setdefault("language", "en")
    fields.setdefault("intro", "Once a month, what is on at the club.")
    fields.setdefault("consent_text", "Yes, I want to get the club's newsletter.")
    fields.setdefault("asked_fields", [["first_name", False]])
    fields.setdefault("from_address", "office@postroom.example")
    fields.setdefault("confirmation_subject", default_subject(language))
    fields.setdefault("confirmation_body", default_body(language))
    if "account" not in fields:
        fields["account"] = make_account()
    if "contact_list" not in fields:
        fields["contact_list"] = ContactList.objects.get_or_create(name="Newsletter")[0]
    return SignupForm.objects.create(title=title, **fields)


def a_used_form() -> SignupForm:
    """A form with figures, somebody who confirmed, and somebody who has not yet."""
    form = make_form(
        allowed_origins="https://www.club.example", request_count=48, confirmed_count=41, trapped_count=12,
        asked_fields=[["first_name", True], ["last_name", False]],
    )  # fmt: skip
    make_request(form, "robin@club.example", state=SignupRequest.State.CONFIRMED, confirmed_at=timezone.now())
    make_request(form)
    return form


def make_request(form: SignupForm | None = None, address: str = "nia@club.example", **fields) -> SignupRequest:
    form = form or make_form()
    fields.setdefault("asked_at", timezone.now())
    fields.setdefault("consent_text", form.consent_text)
    return SignupRequest.objects.create(form=form, address=address, address_key=address.lower(), **fields)
