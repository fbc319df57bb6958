"""What is known of people beyond their names: each attribute with its type, its label and its default."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.audience.field_values import FieldType


class ContactField(models.Model):
    """One attribute of contacts, known by its name; values lie in `Contact.attributes` as text of one stored form.

    Made by imports that bring a new attribute, by whoever types one into a contact, and by hand; deleted by hand,
    which leaves the values where they are unless the person says otherwise.
    """

    class Type(models.TextChoices):
        TEXT = FieldType.TEXT.value, _("text")
        NUMBER = FieldType.NUMBER.value, _("number")
        DATE = FieldType.DATE.value, _("date")
        YES_NO = FieldType.YES_NO.value, _("yes or no")
        CHOICE = FieldType.CHOICE.value, _("choice")

    name = models.CharField(_("name in messages"), max_length=60, unique=True)  # columns.is_attribute_name
    label = models.CharField(_("label"), max_length=120, help_text=_("As people of the portal read it."))
    field_type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.TEXT)
    options = models.JSONField(_("choices"), default=list, blank=True)  # [str], of a choice
    default = models.CharField(
        _("default"),
        max_length=300,
        blank=True,
        default="",
        help_text=_("Stands in messages for people without a value. Left empty, such people are left out."),
    )
    help_text = models.CharField(_("help"), max_length=300, blank=True, default="")
    place = models.IntegerField(_("order"), default=0, help_text=_("Fields with smaller numbers come first."))
    rewrite_after = models.BigIntegerField(null=True, editable=False)  # contact id; behind it values await their form
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        ordering = ("place", "label", "id")

    def __str__(self) -> str:
        return self.label

    @property
    def kind(self) -> FieldType:
        return FieldType(self.field_type)
