"""What people say by the link in a mail: which mail they no longer want, why, and what scanners do with the link."""

from __future__ import annotations

from typing import TypedDict

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import ContactList
from portal.fields import KeyField


class LeftList(TypedDict):
    """One list that a person left, as undoing needs it; `joined_at` "" where they were not on it."""

    list_id: int
    joined_at: str
    import_id: int | None


class Unsubscription(models.Model):
    """One time that a person unsubscribed by the link in a mail: from which lists, or from everything, and why.

    Written by the public pages, and again when the person takes it back. Counted on the campaign; when the person is
    forgotten the row stays without address and words.
    """

    class Scope(models.TextChoices):
        LISTS = "lists", _("lists")
        EVERYTHING = "everything", _("everything")

    class Why(models.TextChoices):
        TOO_MUCH = "too-much", _("too many mails")
        NOT_FOR_ME = "not-for-me", _("not interesting for me")
        NEVER_ASKED = "never-asked", _("I never asked for it")
        OTHER = "other", _("another reason")

    delivery_id = models.BigIntegerField()  # the mail whose link it was
    campaign_id = models.BigIntegerField(null=True)
    address_key = KeyField(max_length=320)
    scope = models.CharField(_("what they left"), max_length=10, choices=Scope.choices)
    left = models.JSONField(default=list, blank=True)  # [LeftList]
    suppression_ids = models.JSONField(default=list, blank=True)  # [int], what this wrote; taken back with it
    list_names = models.CharField(_("lists"), max_length=500, blank=True, default="")  # as they were then
    is_one_click = models.BooleanField(_("button of the mail program"), default=False)  # RFC 8058, without our page
    why = models.CharField(_("reason"), max_length=12, choices=Why.choices, blank=True, default="")
    why_text = models.CharField(_("in their words"), max_length=500, blank=True, default="")
    at = models.DateTimeField(_("when"), auto_now_add=True)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)  # by the person, by the same link

    class Meta:
        verbose_name = _("unsubscribe")
        verbose_name_plural = _("unsubscribes")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("campaign_id", "-id"), name="unsubscription_campaign"),
            models.Index(fields=("address_key", "-id"), name="unsubscription_address"),
            models.Index(fields=("delivery_id",), name="unsubscription_delivery"),
        )

    def __str__(self) -> str:
        return f"#{self.pk}: {self.get_scope_display()}"


class ListOptOut(models.Model):
    """One address that left one list: no import and nobody by hand puts it back on.

    Written when the person unsubscribes; ended by the person (undo, sign-up) or by an operator with a reason. It belongs
    to the address, so that deleting the contact does not end it; it goes with the list.
    """

    contact_list = models.ForeignKey(ContactList, on_delete=models.CASCADE, related_name="opt_outs")
    address_key = KeyField(max_length=320)
    unsubscription = models.ForeignKey(
        Unsubscription, null=True, on_delete=models.SET_NULL, related_name="opt_outs", db_index=False
    )
    left_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("list that somebody left")
        verbose_name_plural = _("lists that people left")
        # The address leads: the look-up at the moment of each attempt goes by it.
        constraints = (models.UniqueConstraint(fields=("address_key", "contact_list"), name="list_opt_out"),)

    def __str__(self) -> str:
        return f"{self.address_key} left {self.contact_list_id}"


class EndedOptOut(models.Model):
    """A list that somebody had left and may be on again: by the person's own wish, or by an operator who says why.

    Written when it ends; never changed. Goes with the list, and when the person is forgotten.
    """

    contact_list = models.ForeignKey(ContactList, on_delete=models.CASCADE, related_name="+")
    address_key = KeyField(max_length=320)
    left_at = models.DateTimeField()
    ended_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=("address_key",), name="ended_opt_out_address"),)

    def __str__(self) -> str:
        return f"{self.address_key} may be on {self.contact_list_id} again"


class LinkUse(models.Model):
    """How often one thing was done with unsubscribe links on one day (UTC); nobody is named.

    Written by the public pages; kept.
    """

    class Use(models.TextChoices):
        LOOKED = "looked", _("looked at, nothing changed")  # GET: people and scanners
        HEAD = "head", _("asked for by HEAD, nothing changed")  # scanners
        ONE_CLICK = "one-click", _("unsubscribed by the mail program")
        BUTTON = "button", _("unsubscribed on our page")
        CHOSEN = "chosen", _("chose lists on our page")
        UNDONE = "undone", _("taken back")
        TEST = "test", _("from a test mail, nothing changed")
        FORGOTTEN = "forgotten", _("of somebody who was forgotten, nothing changed")
        GONE = "gone", _("of a mail that is no longer here, nothing changed")
        FORGED = "forged", _("forged, refused")
        TRUNCATED = "truncated", _("cut off, refused")
        DAMAGED = "damaged", _("damaged, refused")
        RETIRED = "retired", _("signed with a key that we no longer have, refused")
        LIMITED = "limited", _("too many bad links from one place, refused")

    use = models.CharField(max_length=12, choices=Use.choices)
    day = models.DateField()
    count = models.BigIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("day", "use"), name="link_use"),)

    def __str__(self) -> str:
        return f"{self.day} {self.use}: {self.count}"
