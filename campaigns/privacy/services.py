"""Asking for a person to be forgotten, and going on where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.audience.consent import Consent
from campaigns.audience.models import Contact
from campaigns.privacy.models import Erasure
from campaigns.privacy.subject import Subject, subject_of
from campaigns.sending.models import Delivery
from campaigns.sending.states import WAITING
from campaigns.signup.models import SignupRequest
from campaigns.suppression.models import Suppression
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.leases import is_due
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Erasure.Status
REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Preview:
    """What forgetting a person would do; counts of rows."""

    addresses: tuple[str, ...]
    deliveries: int
    waiting: int  # of these, mails that will not be sent
    lists: int
    tags: int
    consents: int
    signups: int
    is_suppressed: bool


def preview_erasure(contact: Contact) -> Preview:
    """Look, change nothing."""
    subject = subject_of(contact)
    keys = subject.address_keys
    mails = Delivery.objects.filter(address_key__in=keys)
    return Preview(
        addresses=keys,
        deliveries=mails.count(),
        waiting=mails.filter(state__in=WAITING).count(),
        lists=contact.memberships.count(),
        tags=contact.contact_tags.count(),
        consents=Consent.objects.filter(address_key__in=keys).count(),
        signups=SignupRequest.objects.filter(address_key__in=keys).count(),
        is_suppressed=Suppression.objects.filter(address_key__in=keys).exists(),
    )


@transaction.atomic
def forget_person(contact_id: int, *, reason: str, actor: User) -> Erasure:
    """Forget a person for good; a worker does it. Raises InvalidInput without a reason, or with the address in it.

    Raises Conflict when somebody asked for it already, or the person is gone.
    """
    contact = Contact.objects.select_for_update().filter(pk=contact_id).first()
    if contact is None:
        raise Conflict(_("This person is not there any more."))
    subject = subject_of(contact)
    _check_reason(reason, subject)
    if any(contact_id in each["contact_ids"] for each in _running()):
        raise Conflict(_("This person is being forgotten already."))
    erasure = Erasure.objects.create(subject=subject.to_dict(), reason=reason.strip(), created_by=actor)
    record_activity("person.forgetting", actor=actor, label=f"#{erasure.pk}", reason=erasure.reason)
    publish(TaskName.FORGET_PERSON, erasure_id=erasure.pk)
    return erasure


@transaction.atomic
def go_on_forgetting(erasure_id: int, *, actor: User) -> None:
    """Try one again that stopped; harmless when it goes on already."""
    if Erasure.objects.filter(pk=erasure_id, status=Status.FAILED).update(
        status=Status.RUNNING, claim_count=0, problem="", lease_token="", lease_until=None
    ):
        record_activity("person.forgetting_resumed", actor=actor, label=f"#{erasure_id}")
        publish(TaskName.FORGET_PERSON, erasure_id=erasure_id)


def sweep_erasures() -> int:
    """Publish a hint for every person who is to be forgotten and whom nobody forgets; returns how many."""
    due = list(Erasure.objects.filter(is_due(), status=Status.RUNNING).values_list("pk", flat=True))
    for erasure_id in due:
        publish(TaskName.FORGET_PERSON, erasure_id=erasure_id)
    return len(due)


def _check_reason(reason: str, subject: Subject) -> None:
    text = reason.strip()
    if not text:
        raise InvalidInput(_("Say why this person is forgotten, for example “asked by letter on 3 May”."))
    if len(text) > REASON_LENGTH or "\0" in text:
        raise InvalidInput(_("The reason has at most %d characters.") % REASON_LENGTH)
    if any(key in text.lower() for key in subject.address_keys):
        raise InvalidInput(_("Leave the address out of the reason: the reason is kept."))


def _running() -> list[dict[str, list[int]]]:
    return [row.subject for row in Erasure.objects.filter(status=Status.RUNNING) if row.subject]
