"""Contact forms and what people wrote through them."""

from __future__ import annotations

from django.utils import timezone

from campaigns.forms.models import ContactForm, FormMessage
from tests.factories.sending import make_account

ORIGIN = "https://www.club.example"
WRITTEN = {"email": "nia@home.example", "subject": "Tickets", "message": "Are there any left?\nNia"}


def make_contact_form(name: str = "Club website", **fields) -> ContactForm:
    fields.setdefault("recipient", "office@postroom.example")
    fields.setdefault("from_address", "forms@postroom.example")
    fields.setdefault("from_name", "Website")
    fields.setdefault("subject_prefix", "[Website]")
    fields.setdefault("title", "Write to us")
    fields.setdefault("allowed_origins", ORIGIN)
    if "account" not in fields:
        fields["account"] = make_account()
    return ContactForm.objects.create(name=name, **fields)


def make_form_message(form: ContactForm | None = None, **fields) -> FormMessage:
    fields.setdefault("address", "nia@home.example")
    fields.setdefault("subject", "Tickets")
    fields.setdefault("text", "Are there any left?")
    return FormMessage.objects.create(
        form=form or make_contact_form(), address_key=fields["address"].lower(), **fields
    )  # fmt: skip


def a_used_contact_form() -> ContactForm:
    """A form with messages in every state."""
    form = make_contact_form(trapped_count=14, limited_count=2, intro="We answer within two days.")
    State = FormMessage.State  # noqa: N806
    make_form_message(form, state=State.SENT, ended_at=timezone.now(), origin=ORIGIN)
    make_form_message(form, address="robin@club.example", subject="A longer question about the summer camp")
    make_form_message(
        form, address="jo@mail.example", subject="Invoice", state=State.FAILED, ended_at=timezone.now(),
        problem="tried too often without success",
    )  # fmt: skip
    return form
