"""Writes the demo's sign-up form, with who used it and who has not confirmed yet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from campaigns.audience.models import ContactList
from campaigns.signup.mail import default_body, default_subject
from campaigns.signup.models import SignupForm, SignupRequest
from sandbox.demo.texts import SENDER_ADDRESS, SENDER_NAME

if TYPE_CHECKING:
    from campaigns.sending.models import SendingAccount

WAITING = ("lotte.brandt@mail.example", "amir.sahin@post.example")
CONSENT = "Yes, please send me the newsletter once a month. I can leave it at any time with one click."


def write_form(account: SendingAccount) -> SignupForm:
    """Write the form of the newsletter and two people who wait for their confirmation."""
    form = SignupForm.objects.create(
        contact_list=ContactList.objects.get(name="Newsletter"), title="Our newsletter",
        intro="Once a month: what is on, who was there, and where hands are needed.", consent_text=CONSENT,
        asked_fields=[["first_name", False]], account=account, from_name=SENDER_NAME, from_address=SENDER_ADDRESS,
        confirmation_subject=default_subject("en"), confirmation_body=default_body("en"),
        allowed_origins="https://www.postroom.example", request_count=38, confirmed_count=36, trapped_count=17,
    )  # fmt: skip
    SignupRequest.objects.bulk_create(
        SignupRequest(
            form=form,
            address=address,
            address_key=address,
            consent_text=CONSENT,
            asked_at=timezone.now() + timedelta(days=13, hours=hours),
        )
        for hours, address in enumerate(WAITING)
    )
    return form
