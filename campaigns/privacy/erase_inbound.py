"""Forgetting a person in the mail that came in: their mail goes, raw and row; what came for them loses their name.

The tables are those of another app, found by their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from campaigns.privacy.redact import GONE, redact_json
from campaigns.privacy.subject import naming, rows_of
from portal.aws import s3

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.privacy.subject import Subject

MESSAGE, DELIVERY, EXAMPLE = "routing.InboundMessage", "routing.InboundDelivery", "routing.SavedExample"


def mail_of(subject: Subject) -> QuerySet[Any]:
    """What the person sent to us."""
    rows: QuerySet[Any] = rows_of(apps.get_model(MESSAGE)).alias(envelope_key=Lower("envelope_from"))
    return rows.filter(Q(sender_key__in=subject.address_keys) | Q(envelope_key__in=subject.address_keys))


def deliveries_for(subject: Subject) -> QuerySet[Any]:
    """What was routed for the person's own address."""
    return rows_of(apps.get_model(DELIVERY), recipient__in=subject.address_keys)


def examples_with(subject: Subject) -> QuerySet[Any]:
    """Mails that guard the rules and name the person: as sender, recipient or in a header."""
    rows = rows_of(apps.get_model(EXAMPLE))
    words = subject.address_keys
    return naming(rows, "recipient", words) | naming(rows, "facts", words) | naming(rows, "name", words)


def delete_inbound_mail(subject: Subject) -> dict[str, int]:
    """Delete the person's mail, the object in the bucket first. Raises OutsideError; safe to run twice."""
    count = 0
    for message in mail_of(subject).iterator():
        if message.raw == "kept":
            s3.delete_object(message.bucket, message.object_key)
        message.delete()
        count += 1
    return {"inbound_mails": count}


@transaction.atomic
def redact_inbound_mail(subject: Subject) -> dict[str, int]:
    """Mail of others that was sent to the person, too: their deliveries go, and their address in the row."""
    words = subject.address_keys
    count = deliveries_for(subject).delete()[0]
    for row in naming(rows_of(apps.get_model(MESSAGE)), "recipients", words):
        row.recipients = redact_json(row.recipients, words)
        row.decisions = redact_json(row.decisions, words)
        row.headers = [[name, GONE] if name.lower() in {"to", "cc"} else [name, value] for name, value in row.headers]
        row.save(update_fields=["recipients", "decisions", "headers"])
    return {"inbound_deliveries": count}


def delete_saved_examples(subject: Subject) -> dict[str, int]:
    """Delete the examples that name the person; without who wrote, they would guard nothing."""
    return {"saved_examples": examples_with(subject).delete()[0]}
