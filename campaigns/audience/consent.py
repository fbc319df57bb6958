"""Who agreed to get mail: when, where, in which words, and who says so.

An import of a million new people adds no row for each: they hold the consent that is kept with the import that made
them. Everybody else has rows of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.audience.models import Contact, ContactList
from campaigns.importing.models import ContactImport
from portal.errors import Conflict
from portal.fields import KeyField

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User


class Consent(models.Model):
    """One person said yes (or took it back), to all mail or to one list.

    Appended by sign-up, by hand, by the API, by imports for people who were here before, and by merging people who hold
    an import's consent; never changed. It goes only when its import or its merge is undone, and stays when the contact is deleted: it is the proof for mail that was sent.
    """

    class Kind(models.TextChoices):
        GIVEN = "given", _("agreed")
        WITHDRAWN = "withdrawn", _("took it back")

    class Source(models.TextChoices):
        IMPORT = "import", _("import")
        SIGN_UP = "sign-up", _("sign-up form")
        BY_HAND = "by-hand", _("by hand")
        API = "api", _("API")
        RECIPIENT = "recipient", _("the person")

    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.DO_NOTHING, related_name="consents", db_index=False, db_constraint=False
    )
    address_key = KeyField(max_length=320)  # as the person was known then
    contact_list = models.ForeignKey(
        ContactList, verbose_name=_("list"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # None = all our mail
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.GIVEN)
    source = models.CharField(max_length=10, choices=Source.choices)
    wording = models.TextField(blank=True, default="")  # what they agreed to, or the proof
    import_id = models.BigIntegerField(null=True, blank=True, editable=False)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # None = the person or the system

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("contact", "-at"), name="consent_contact"),
            models.Index(fields=("address_key",), name="consent_address_key"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("import_id", "contact"), condition=models.Q(import_id__isnull=False), name="consent_of_import"
            ),
        )

    def __str__(self) -> str:
        return f"{self.address_key}: {self.kind}, {self.source}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Conflict("Consents are append-only.")
        super().save(*args, **kwargs)


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One consent as it is shown; `by` is the name of a user or "", `import_id` 0 where no import brought it."""

    kind: Consent.Kind
    source: Consent.Source
    at: datetime | None
    by: str = ""
    wording: str = ""
    contact_list: str = ""
    import_id: int = 0
    file_name: str = ""

    @property
    def is_given(self) -> bool:
        return self.kind is Consent.Kind.GIVEN


def record_consent(
    contact: Contact,
    *,
    source: Consent.Source,
    kind: Consent.Kind = Consent.Kind.GIVEN,
    contact_list: ContactList | None = None,
    wording: str = "",
    actor: User | None = None,
    at: datetime | None = None,
) -> Consent:
    """Append that the person agreed (or took it back); call it inside the transaction that does the deed.

    `wording` is the text they agreed to or where the proof lies; `at` defaults to now.
    """
    return Consent.objects.create(
        contact=contact,
        address_key=contact.address_key,
        contact_list=contact_list,
        kind=kind,
        source=source,
        wording=wording.replace("\0", ""),
        by=actor,
        at=at or timezone.now(),
    )


def pass_on_import_consent(giver: Contact, *, to: Contact) -> Consent | None:
    """Write for one person the consent that another holds by the import that made them.

    None where there is no such consent, or the person has that import's already.
    """
    contact_import = _consented_import(giver)
    if contact_import is None or to.created_import_id == contact_import.pk:
        return None
    if Consent.objects.filter(contact=to, import_id=contact_import.pk).exists():
        return None
    return Consent.objects.create(
        contact=to,
        address_key=giver.address_key,
        source=Consent.Source.IMPORT,
        import_id=contact_import.pk,
        by=contact_import.consent_by,
        at=contact_import.consent_at or contact_import.created_at,
    )


def consents_of(contact: Contact) -> list[ConsentRecord]:
    """Everything that is known about this person's consent, newest first."""
    rows = Consent.objects.filter(contact=contact).select_related("contact_list", "by")
    found = list(rows)
    imports = ContactImport.objects.in_bulk([row.import_id for row in found if row.import_id])
    records = [_record(row, imports.get(row.import_id or 0)) for row in found]
    own = _of_the_import_that_made(contact)
    records += [own] if own else []
    return sorted(records, key=lambda record: record.at.timestamp() if record.at else 0.0, reverse=True)


def _record(row: Consent, contact_import: ContactImport | None) -> ConsentRecord:
    return ConsentRecord(
        kind=Consent.Kind(row.kind),
        source=Consent.Source(row.source),
        at=row.at,
        by=row.by.get_username() if row.by else "",
        wording=row.wording or (import_wording() if row.import_id else ""),
        contact_list=row.contact_list.name if row.contact_list else "",
        import_id=row.import_id or 0,
        file_name=contact_import.file_name if contact_import else "",
    )


def _of_the_import_that_made(contact: Contact) -> ConsentRecord | None:
    contact_import = _consented_import(contact)
    if contact_import is None:
        return None
    return ConsentRecord(
        kind=Consent.Kind.GIVEN,
        source=Consent.Source.IMPORT,
        at=contact_import.consent_at or contact_import.created_at,
        by=contact_import.consent_by.get_username() if contact_import.consent_by else "",
        wording=import_wording(),
        import_id=contact_import.pk,
        file_name=contact_import.file_name,
    )


def _consented_import(contact: Contact) -> ContactImport | None:
    """The import that made the contact, where it brought consent."""
    if contact.created_import_id is None:
        return None
    found = ContactImport.objects.filter(pk=contact.created_import_id, consent=True)
    return found.select_related("consent_by").first()


def import_wording() -> str:
    """What whoever imports people with consent has ticked."""
    return gettext("These people agreed to get mail from us")
