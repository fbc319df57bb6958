"""Contact forms of websites, and what people wrote through them."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import Campaign, SendingAccount
from portal.fields import KeyField

SUBJECT_CHARS = 100
MESSAGE_CHARS = 1000


def new_form_key() -> str:
    """Make the public id of a form."""
    return secrets.token_urlsafe(9)


class ContactForm(models.Model):
    """One form of a website that writes to one mailbox of ours; made by marketers.

    Its counters are written with each request; deleted by a person, together with its messages.
    """

    form_key = models.CharField(_("id"), max_length=24, unique=True, default=new_form_key, editable=False)
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("open"), default=True)
    is_default = models.BooleanField(_("takes what names no form"), default=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    recipient = models.CharField(_("goes to"), max_length=320)
    account = models.ForeignKey(
        SendingAccount, verbose_name=_("send through"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    from_name = models.CharField(_("from name"), max_length=120, blank=True, default="")
    from_address = models.CharField(_("from address"), max_length=320)
    subject_prefix = models.CharField(_("subject begins with"), max_length=60, blank=True, default="")
    title = models.CharField(_("heading"), max_length=120)
    intro = models.TextField(_("text"), max_length=1000, blank=True, default="")
    thanks_text = models.TextField(_("thank you"), max_length=500, blank=True, default="")
    allowed_origins = models.TextField(_("websites that use it"), max_length=2000, blank=True, default="")  # lines
    return_url = models.URLField(_("thank-you page"), max_length=300, blank=True, default="")
    per_address_hour = models.PositiveIntegerField(
        _("messages from one place in an hour"), default=10, validators=[MinValueValidator(1), MaxValueValidator(10**6)]
    )
    per_form_hour = models.PositiveIntegerField(
        _("messages altogether in an hour"), default=300, validators=[MinValueValidator(1), MaxValueValidator(10**6)]
    )
    kept_days = models.PositiveIntegerField(
        _("messages are kept for (days)"), default=90, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    trapped_count = models.IntegerField(default=0, editable=False)  # filled in by machines
    limited_count = models.IntegerField(default=0, editable=False)  # over a limit
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("contact form")
        verbose_name_plural = _("contact forms")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("is_default",), condition=Q(is_default=True), name="contact_form_default"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def origins(self) -> list[str]:
        """The websites that may use the form, e.g. https://club.example."""
        return self.allowed_origins.split()


class FormMessage(models.Model):
    """What one person wrote through a form: durable from the moment at which it is answered with 202.

    Written by the public address; a worker makes a mail of it and notes what became of that. Deleted after the form's
    `kept_days`, or with the person.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("received")  # no mail was made of it yet
        LEAVING = "leaving", _("on its way")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form = models.ForeignKey(ContactForm, on_delete=models.CASCADE, related_name="messages", db_index=False)
    address = models.CharField(_("who wrote"), max_length=320)
    address_key = KeyField(max_length=320, editable=False)
    subject = models.CharField(_("subject"), max_length=SUBJECT_CHARS)
    text = models.TextField(_("message"), max_length=MESSAGE_CHARS)
    origin = models.CharField(_("website"), max_length=200, blank=True, default="")  # "": our own page
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RECEIVED)
    problem = models.CharField(_("what went wrong"), max_length=300, blank=True, default="")
    mail = models.ForeignKey(Campaign, null=True, on_delete=models.SET_NULL, related_name="+")
    round = models.SmallIntegerField(default=0)  # how often a person had it tried again
    received_at = models.DateTimeField(_("when"), auto_now_add=True)
    ended_at = models.DateTimeField(null=True)  # sent or failed

    class Meta:
        verbose_name = _("form message")
        verbose_name_plural = _("form messages")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("form", "-id"), name="form_message_form"),
            models.Index(fields=("address_key",), name="form_message_address"),
            models.Index(fields=("state", "id"), condition=~Q(state="sent"), name="form_message_open"),
            models.Index(fields=("received_at",), name="form_message_age"),
        )

    def __str__(self) -> str:
        return f"{self.received_at:%F}: {self.subject}"
