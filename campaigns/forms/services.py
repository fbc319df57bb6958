"""Taking what visitors write: within limits, durable before the answer, mailed by a worker."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F

from campaigns.forms.bell import doorbell
from campaigns.forms.models import ContactForm, FormMessage
from portal.ratelimit import network_of, seconds_left, take_turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.forms.reading import Written

logger = logging.getLogger(__name__)

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Taken:
    """It is kept: `message_id` is what the website is told."""

    message_id: str


@dataclass(frozen=True, slots=True)
class TooMany:
    """A limit was reached; nothing is kept."""

    retry_after_s: int


def accept_message(form: ContactForm, written: Written, *, origin: str, ip_address: str) -> Taken | TooMany:
    """Keep what was written; when this returns Taken it is committed and will be mailed, or stay in Failures.

    What a machine wrote is answered alike and dropped. `origin` is the website, "" for our own page.
    """
    if written.is_by_machine:
        _count(form, "trapped_count")
        return Taken(uuid.uuid4().hex)
    message = _keep(form, written, origin=origin, ip_address=ip_address)
    if message is None:
        logger.info("form.limited", extra={"form": form.pk})
        return TooMany(seconds_left(HOUR_S))
    doorbell.ring()
    logger.info("form.taken", extra={"form": form.pk, "form_message": message.pk})
    return Taken(message.public_id.hex)


@transaction.atomic
def _keep(form: ContactForm, written: Written, *, origin: str, ip_address: str) -> FormMessage | None:
    """One short transaction: the turns count also when they are too many."""
    caller = network_of(ip_address)
    is_within = take_turn(
        "form.caller", f"{form.form_key} {caller}", limit=form.per_address_hour, per_s=HOUR_S
    ) and take_turn("form", form.form_key, limit=form.per_form_hour, per_s=HOUR_S)
    if not is_within:
        _count(form, "limited_count")
        return None
    return FormMessage.objects.create(
        form=form, address=written.email, address_key=written.email.lower(), subject=written.subject,
        text=written.message, origin=origin[:200],
    )  # fmt: skip


def _count(form: ContactForm, counter: str) -> None:
    ContactForm.objects.filter(pk=form.pk).update(**{counter: F(counter) + 1})


def find_form(form_key: str, origin: str) -> ContactForm | None:
    """The open form that a request is for: the one it names, else the only one of its website, else the default."""
    open_forms = ContactForm.objects.filter(is_active=True)
    if form_key:
        return open_forms.filter(form_key=form_key).first()
    if origin:
        of_website = [form for form in open_forms.exclude(allowed_origins="") if origin in form.origins][:2]
        if len(of_website) == 1:
            return of_website[0]
    return open_forms.filter(is_default=True).first()


def may_use(form: ContactForm, origin: str) -> bool:
    """Whether a page of this website may send through the form; our own always."""
    return origin in form.origins or origin == own_origin()


def is_known_origin(origin: str) -> bool:
    """Whether any open form may be used from this website."""
    texts: Iterable[str] = ContactForm.objects.filter(is_active=True, allowed_origins__contains=origin).values_list(
        "allowed_origins", flat=True
    )
    return bool(origin) and any(origin in text.split() for text in texts)


def own_origin() -> str:
    """The website of our own pages."""
    parts = urlsplit(settings.PUBLIC_URL)
    return f"{parts.scheme}://{parts.netloc}"
