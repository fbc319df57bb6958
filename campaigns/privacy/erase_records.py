"""Taking a person out of the records of deeds: that something was done stays, on whom does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from campaigns.audience.models import Contact
from campaigns.bulk.models import BulkChange
from campaigns.editing.models import UnsavedDraft
from campaigns.exports.models import Export
from campaigns.messages.models import Snippet, Template
from campaigns.privacy.redact import GONE, redact_json, redact_text
from campaigns.privacy.subject import naming
from campaigns.segments.models import Segment
from portal.activity import forget_labels
from portal.alerts.models import Alert

if TYPE_CHECKING:
    from campaigns.privacy.subject import Subject


@transaction.atomic
def redact_activity(subject: Subject) -> dict[str, int]:
    """The activity log and Django's own log of its forms keep the deed, the time and who did it."""
    count = forget_labels("campaigns.contact", subject.contact_ids, words=subject.address_keys, instead=GONE)
    contact_type = ContentType.objects.get_for_model(Contact)
    ids = [str(contact_id) for contact_id in subject.contact_ids]
    own = LogEntry.objects.filter(content_type=contact_type, object_id__in=ids)
    named = naming(LogEntry.objects.all(), "object_repr", subject.address_keys)
    own.update(object_repr=GONE)
    LogEntry.objects.filter(pk__in=list(named.values_list("pk", flat=True))).update(object_repr=GONE)
    return {"activity": count}


@transaction.atomic
def redact_deeds(subject: Subject) -> dict[str, int]:
    """Deeds on many people, exports and alerts: what they call the person, and what was searched for."""
    words = subject.address_keys
    for model, fields in (
        (BulkChange, ("label", "query", "value", "kept_examples")), (Export, ("label", "query")), (Alert, ("text",)),
    ):  # fmt: skip
        for field in fields:
            for row in naming(model._base_manager.all(), field, words):  # noqa: SLF001
                model._base_manager.filter(pk=row.pk).update(**{field: redact_json(getattr(row, field), words)})  # noqa: SLF001
    drafts = naming(UnsavedDraft.objects.all(), "fields", words).delete()[0]
    return {"unsaved_drafts": drafts}


def still_named(subject: Subject) -> list[str]:
    """Names of segments, templates and snippets in whose words the address stands: somebody must mend those."""
    words = subject.address_keys
    found = [*naming(Segment.objects.all(), "definition", words)]
    for model in (Template, Snippet):
        found += [*naming(model._base_manager.all(), "body", words)]  # noqa: SLF001
    return [redact_text(str(each), words) for each in found]
