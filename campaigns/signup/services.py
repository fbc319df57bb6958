"""Joining a list: asking for it, confirming it, and forgetting those who did not."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience.consent import Consent, record_consent
from campaigns.audience.models import Contact, ListMembership
from campaigns.preferences.opt_outs import come_back
from campaigns.privacy.forgotten import let_back
from campaigns.signup.mail import send_confirmation
from campaigns.signup.models import SignupForm, SignupRequest
from campaigns.signup.questions import NAME_FIELDS
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import release
from portal.activity import record_activity
from portal.ratelimit import network_of, take_turn

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

PENDING_DAYS = 7  # as long a link works
KEPT_DAYS = 90  # rows of what was confirmed or expired, for the figures and for questions
MAILS_PER_ADDRESS_DAY = 3
REQUESTS_PER_IP_HOUR = 30
REQUESTS_PER_FORM_HOUR = 600
_HOUR_S = 3600
State = SignupRequest.State


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody typed into a form; `origin` is the website that embeds it, "" for our own page."""

    address: str
    values: dict[str, str]
    origin: str = ""
    ip_address: str = ""


class Outcome(Enum):
    """What came of opening a link."""

    WAITING = "waiting"  # not pressed yet
    JOINED = "joined"
    JOINED_BUT_NO_MAIL = "no_mail"  # mail to the address bounced or was called spam: it stays stopped
    ALREADY = "already"
    TOO_OLD = "too_old"


def ask_to_join(form: SignupForm, wish: Wish) -> bool:
    """Keep the wish and send the link; False when too much came from there in this hour.

    Somebody who asked too often for one address gets the same answer as everybody, and the address no further mail.
    """
    if not _is_within_limits(form, wish):
        count_refusal(form, "limited_count")
        return False
    if take_turn("signup.address", _mailbox(wish.address), limit=MAILS_PER_ADDRESS_DAY, per_s=24 * _HOUR_S):
        _keep_and_send(form, wish)
    else:
        count_refusal(form, "limited_count")
    return True


def _is_within_limits(form: SignupForm, wish: Wish) -> bool:
    caller = network_of(wish.ip_address)
    if not take_turn("signup.ip", caller, limit=REQUESTS_PER_IP_HOUR, per_s=_HOUR_S):
        return False
    return take_turn("signup.form", form.form_key, limit=REQUESTS_PER_FORM_HOUR, per_s=_HOUR_S)


def _mailbox(address: str) -> str:
    """Where mail to an address arrives at most providers: whatever is behind a + is the owner's own note."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def count_refusal(form: SignupForm, counter: str) -> None:
    """Add one to `trapped_count` or `limited_count` of the form."""
    SignupForm.objects.filter(pk=form.pk).update(**{counter: F(counter) + 1})


@transaction.atomic
def _keep_and_send(form: SignupForm, wish: Wish) -> None:
    request, is_new = SignupRequest.objects.update_or_create(
        form=form, address_key=wish.address.lower(), state=State.PENDING,
        defaults={
            "address": wish.address, "values": wish.values, "consent_text": form.consent_text,
            "origin": wish.origin[:200], "ip_address": wish.ip_address or None, "asked_at": timezone.now(),
        },
    )  # fmt: skip
    request.confirmation = send_confirmation(request)
    request.save(update_fields=["confirmation"])
    if is_new:
        SignupForm.objects.filter(pk=form.pk).update(request_count=F("request_count") + 1)
    logger.info("signup.asked", extra={"form": form.pk, "request": request.pk})


def look_at_request(request_id: int) -> tuple[Outcome, SignupRequest | None]:
    """What the link of this request would do now; changes nothing."""
    request = SignupRequest.objects.select_related("form__contact_list").filter(pk=request_id).first()
    if request is None:
        return Outcome.TOO_OLD, None
    if request.state == State.CONFIRMED:
        return Outcome.ALREADY, request
    if request.state == State.EXPIRED or request.asked_at < _oldest_pending():
        return Outcome.TOO_OLD, request
    return Outcome.WAITING, request


@transaction.atomic
def confirm_request(request_id: int) -> tuple[Outcome, SignupRequest | None]:
    """Put the person on the list with what they typed. A second press, or an old link, changes nothing."""
    list(SignupRequest.objects.select_for_update().filter(pk=request_id).values_list("pk"))
    outcome, request = look_at_request(request_id)
    if outcome is not Outcome.WAITING or request is None:
        return outcome, request
    contact = _contact_of(request)
    ListMembership.objects.get_or_create(contact_list=request.form.contact_list, contact=contact)
    come_back(contact, request.form.contact_list, why=_("Signed up again through “%s”.") % request.form.title)
    record_consent(
        contact, source=Consent.Source.SIGN_UP, contact_list=request.form.contact_list, wording=request.consent_text
    )
    record_activity("contact.signed_up", actor=None, target=contact, form=request.form.title)
    _close(request, contact)
    return (Outcome.JOINED if _may_get_mail(request) else Outcome.JOINED_BUT_NO_MAIL), request


def _contact_of(request: SignupRequest) -> Contact:
    """The person, made where there is none; what they typed and confirmed replaces what was known."""
    contact, _is_new = Contact.objects.get_or_create(
        address_key=request.address_key, defaults={"address": request.address}
    )
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    typed = {name: value for name, value in request.values.items() if value}
    for name in NAME_FIELDS:
        setattr(contact, name, typed.pop(name, getattr(contact, name)))
    contact.attributes = {**contact.attributes, **typed}
    contact.save()
    return contact


def _close(request: SignupRequest, contact: Contact) -> None:
    request.state, request.confirmed_at, request.contact = State.CONFIRMED, timezone.now(), contact
    request.values, request.ip_address = {}, None
    request.save()
    SignupForm.objects.filter(pk=request.form_id).update(confirmed_count=F("confirmed_count") + 1)
    logger.info("signup.confirmed", extra={"form": request.form_id, "request": request.pk})


def _may_get_mail(request: SignupRequest) -> bool:
    """Take back the person's own unsubscribe, or wish to be forgotten; what bounced or complained stays stopped."""
    if not let_back(request.address_key):
        return False
    found = Suppression.objects.filter(address_key=request.address_key).first()
    if found is None:
        return True
    if found.reason != Suppression.Reason.UNSUBSCRIBE:
        return False
    release(found.pk, reason_text=_("Signed up again through “%s”.") % request.form.title, actor=None)
    return True


def sweep_requests() -> int:
    """Let pending requests expire and forget what was typed; delete rows that are long done. Returns how many moved."""
    expired = SignupRequest.objects.filter(state=State.PENDING, asked_at__lt=_oldest_pending()).update(
        state=State.EXPIRED, values={}, ip_address=None
    )
    done = SignupRequest.objects.exclude(state=State.PENDING)
    return expired + done.filter(asked_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()[0]


def _oldest_pending() -> datetime:
    return timezone.now() - timedelta(days=PENDING_DAYS)
