"""Taking a person out of the contacts and of everything that was kept on the way to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.audience.consent import Consent
from campaigns.audience.models import Contact
from campaigns.bulk.models import BulkTarget, BulkUndo
from campaigns.bulk.snapshots import remove_people
from campaigns.forms.models import FormMessage
from campaigns.forms.outcomes import delete_messages
from campaigns.guests.models import GuestList
from campaigns.preferences.models import EndedOptOut, ListOptOut, Unsubscription
from campaigns.privacy.forgotten import Reason, keep_forgotten
from campaigns.privacy.hashes import hash_of
from campaigns.privacy.redact import without_events
from campaigns.privacy.subject import naming
from campaigns.signup.models import SignupRequest
from campaigns.suppression.models import EndedSuppression, Suppression, SuppressionLine
from campaigns.suppression.ses_models import SesListChange, SesListEntry
from campaigns.webhooks.models import WebhookPost

if TYPE_CHECKING:
    from campaigns.privacy.subject import Subject

NOBODY = "forgotten"  # in the place of an address that need not be unique
_OWN_WORDS = (Consent.Source.BY_HAND, Consent.Source.API)  # typed by somebody, about this person
_BY_ADDRESS = (ListOptOut, EndedOptOut, Suppression, EndedSuppression, SuppressionLine, SesListEntry, SesListChange)


@transaction.atomic
def keep_hashes(subject: Subject) -> dict[str, int]:
    """Keep the hash of each address, so that no mail ever goes there; the first step, so that none starts meanwhile."""
    stopped = dict(
        Suppression.objects.filter(address_key__in=subject.address_keys).values_list("address_key", "reason")
    )
    for key in subject.address_keys:
        keep_forgotten(key, _as_reason(stopped.get(key)))
    return {"hashes": len(subject.address_keys)}


@transaction.atomic
def delete_contact(subject: Subject) -> dict[str, int]:
    """Delete the contact with all that goes with it, and what undoing a deed would bring back."""
    undo = BulkUndo.objects.filter(contact_id__in=subject.contact_ids).delete()[0]
    # Whoever was deleted, or merged and taken apart, still stands in what undoing needs.
    undo += naming(BulkUndo.objects.all(), "before", subject.address_keys).delete()[0]
    BulkTarget.objects.filter(contact_id__in=subject.contact_ids).delete()
    found = list(Contact.objects.filter(address_key__in=subject.address_keys).values_list("pk", flat=True))
    remove_people(found)
    return {"contacts": len(found), "undo_rows": undo}


@transaction.atomic
def delete_signups(subject: Subject) -> dict[str, int]:
    """Delete what was typed into sign-up forms; the forms' counts stay."""
    return {"signups": SignupRequest.objects.filter(address_key__in=subject.address_keys).delete()[0]}


def delete_form_messages(subject: Subject) -> dict[str, int]:
    """Delete what was written through contact forms, with what their mails were filled with."""
    count = 0
    while deleted := delete_messages(FormMessage.objects.filter(address_key__in=subject.address_keys)):
        count += deleted
    return {"form_messages": count}


@transaction.atomic
def delete_webhook_posts(subject: Subject) -> dict[str, int]:
    """Take what was told of them out of the log of webhooks, and of what waits; what was posted is with the receiver."""
    count = 0
    for post in naming(WebhookPost.objects.select_for_update(), "body", subject.address_keys):
        kept = without_events(post.body, subject.address_keys)
        rows = WebhookPost.objects.filter(pk=post.pk)
        if kept is None:
            rows.delete()
        else:
            rows.update(body=kept[0], event_count=kept[1])
        count += 1
    return {"webhook_posts": count}


@transaction.atomic
def delete_wishes(subject: Subject) -> dict[str, int]:
    """Delete suppressions and left lists by name: the hash stands for them. Unsubscribes stay as counts."""
    rows = sum(model._base_manager.filter(address_key__in=subject.address_keys).delete()[0] for model in _BY_ADDRESS)  # noqa: SLF001
    Unsubscription.objects.filter(address_key__in=subject.address_keys).update(
        address_key=NOBODY, why_text="", left=[], suppression_ids=[]
    )
    return {"wishes": rows}


@transaction.atomic
def anonymise_consents(subject: Subject) -> dict[str, int]:
    """Keep the proof that they agreed, findable only by somebody who knows the address."""
    count = 0
    for key in subject.address_keys:
        rows = Consent.objects.filter(address_key=key)
        rows.filter(source__in=_OWN_WORDS).update(wording="")
        count += rows.update(address_key=hash_of(key), contact=None)
    return {"consents": count}


@transaction.atomic
def leave_guest_lists(subject: Subject) -> dict[str, int]:
    """Take the addresses off the lists of people who get tests."""
    count = 0
    for guests in naming(GuestList.objects.select_for_update(), "addresses", subject.address_keys):
        kept = [address for address in guests.addresses if address.lower() not in subject.address_keys]
        count += len(guests.addresses) - len(kept)
        GuestList.objects.filter(pk=guests.pk).update(addresses=kept)
    return {"guest_lists": count}


def _as_reason(stopped: str | None) -> Reason:
    if stopped is None:
        return Reason.REQUEST
    return Reason(stopped) if stopped in Reason.values else Reason.MANUAL
