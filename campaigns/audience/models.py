"""People we may write to, and how they are grouped."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.fields import KeyField


class Contact(models.Model):
    """One person, known by one address.

    Written by imports, operators and (later) sign-up and the API; removed on request or by undoing the import that
    made it. `address_key`, `first_name_key` and `last_name_key` are derived: whoever writes in bulk writes them too.
    """

    address = models.CharField(_("address"), max_length=320)  # as written to: local part as given, domain in A-labels
    address_key = KeyField(_("address key"), max_length=320, editable=False)  # lower case; unique
    first_name = models.CharField(_("first name"), max_length=150, blank=True, default="")
    last_name = models.CharField(_("last name"), max_length=150, blank=True, default="")
    first_name_key = KeyField(max_length=150, blank=True, default="", editable=False)  # casefolded, for search
    last_name_key = KeyField(max_length=150, blank=True, default="", editable=False)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)  # {name: str}, names are identifiers
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, default="")  # IANA name, "" = unknown
    created_import_id = models.BigIntegerField(null=True, blank=True, editable=False)  # the import that made the row
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = (models.UniqueConstraint(fields=("address_key",), name="contact_address_key"),)
        indexes = (
            models.Index(fields=("last_name_key", "first_name_key"), name="contact_last_name"),
            models.Index(fields=("first_name_key", "last_name_key"), name="contact_first_name"),
            models.Index(
                fields=("created_import_id", "id"), condition=Q(created_import_id__isnull=False), name="contact_import"
            ),
        )

    def __str__(self) -> str:
        return f"{self.full_name} <{self.address}>" if self.full_name else self.address

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.address_key = self.address.lower()
        self.first_name, self.last_name = " ".join(self.first_name.split()), " ".join(self.last_name.split())
        self.first_name_key = self.first_name.casefold()[:150]
        self.last_name_key = self.last_name.casefold()[:150]
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def merge_values(self) -> dict[str, str]:
        """What a template may name: address, first_name, last_name and every attribute, all as text."""
        values = {str(name): str(value) for name, value in self.attributes.items()}
        values.update(address=self.address, first_name=self.first_name, last_name=self.last_name)
        return values


class ContactList(models.Model):
    """A named list of people, chosen as audience; made by operators and imports, deleted by operators."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True, default="")
    public_name = models.CharField(
        _("public name"),
        max_length=120,
        blank=True,
        default="",
        help_text=_(
            "What people read on the page where they choose what they get. Empty: the list is not shown there."
        ),
    )
    public_description = models.CharField(_("public description"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    members: models.ManyToManyField[Contact, ListMembership] = models.ManyToManyField(
        Contact, through="ListMembership", related_name="lists"
    )

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ListMembership(models.Model):
    """One contact on one list, since when and through which import; goes with either of them."""

    contact_list = models.ForeignKey(ContactList, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="memberships")
    import_id = models.BigIntegerField(null=True, blank=True, editable=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("contact_list", "contact"), name="list_membership"),)

    def __str__(self) -> str:
        return f"{self.contact_id} on {self.contact_list_id}"


class Tag(models.Model):
    """A free label on people; made where it is first used."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    contacts: models.ManyToManyField[Contact, ContactTag] = models.ManyToManyField(
        Contact, through="ContactTag", related_name="tags"
    )

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ContactTag(models.Model):
    """One tag on one contact; goes with either of them."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="contact_tags", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="contact_tags")
    import_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("tag", "contact"), name="contact_tag"),)

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.contact_id}"
