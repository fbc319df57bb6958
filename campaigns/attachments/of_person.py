"""The files that are about one person: found by what their fields name, shown to them, deleted when they are forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform

from campaigns.attachments.models import PersonalFile, PersonalFiles
from campaigns.attachments.names import name_key
from campaigns.attachments.storing import discard_unused
from campaigns.audience.models import Contact
from campaigns.sending.audience import CONTACT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet


def personal_files_of(contact_ids: Iterable[int]) -> QuerySet[PersonalFile]:
    """The files that fields of these contacts name, in all campaigns that kept theirs."""
    values = [contact.merge_values() for contact in Contact.objects.filter(pk__in=list(contact_ids))]
    return PersonalFile.objects.filter(_named_by(values))


def forget_personal_files(contact_ids: Iterable[int]) -> int:
    """Delete the files of a person, also what they hold; one that somebody else's field names stays. Returns how many.

    Call it while the contact is still there: its fields say which they are.
    """
    ids = list(contact_ids)
    files = [
        file for file in personal_files_of(ids).select_related("campaign__personal_settings") if _is_only(file, ids)
    ]
    PersonalFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    discard_unused(file.file_id for file in files)
    return len(files)


def _named_by(values: Iterable[dict[str, str]]) -> Q:
    wanted = Q(pk__in=[])
    fields = set(PersonalFiles.objects.values_list("field_name", flat=True))
    for person in values:
        for field in sorted(fields):
            if named := person.get(field, "").strip():
                wanted |= Q(campaign__personal_settings__field_name=field, name_key=name_key(named))
    return wanted


def _is_only(file: PersonalFile, ids: list[int]) -> bool:
    """Whether nobody else's field names it, as it is written or as the file is called."""
    field = file.campaign.personal_settings.field_name
    named = F(field) if field in CONTACT_COLUMNS else KeyTextTransform(field, F("attributes"))
    others = Contact.objects.exclude(pk__in=ids).annotate(_file=named)
    return not others.filter(_file__iexact=file.name).exists()
