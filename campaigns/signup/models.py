"""Sign-up forms and the requests that come through them."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import Contact, ContactList
from campaigns.sending.models import Campaign, SendingAccount
from portal.fields import KeyField


def new_form_key() -> str:
    """Make the part of a form's address that nobody guesses."""
    return secrets.token_urlsafe(12)


class SignupForm(models.Model):
    """One form through which people join one list; written by marketers. Its counters are written with each request."""

    contact_list = models.ForeignKey(
        ContactList, verbose_name=_("list"), on_delete=models.CASCADE, related_name="signup_forms"
    )
    form_key = models.CharField(max_length=24, unique=True, default=new_form_key, editable=False)
    is_open = models.BooleanField(_("open"), default=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    title = models.CharField(_("heading"), max_length=120)
    intro = models.TextField(_("text"), max_length=2000, blank=True, default="")
    button = models.CharField(_("button"), max_length=60, blank=True, default="")  # "" = "Sign up" in its language
    asked_fields = models.JSONField(default=list, blank=True)  # [[name of the field, is it required]], in order
    consent_text = models.TextField(_("what people agree to"), max_length=1000)
    thanks_text = models.TextField(_("after the confirmation"), max_length=1000, blank=True, default="")
    allowed_origins = models.TextField(_("websites that embed it"), max_length=2000, blank=True, default="")  # lines
    return_url = models.URLField(_("page to go back to"), max_length=300, blank=True, default="")
    account = models.ForeignKey(
        SendingAccount, verbose_name=_("send through"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    from_name = models.CharField(_("from name"), max_length=120, blank=True, default="")
    from_address = models.CharField(_("from address"), max_length=320)
    reply_to = models.CharField(_("reply to"), max_length=320, blank=True, default="")
    confirmation_subject = models.CharField(_("subject"), max_length=200)
    confirmation_body = models.TextField(_("message"), max_length=20000)  # Markdown; holds {{ confirm_url }}
    request_count = models.IntegerField(default=0, editable=False)
    confirmed_count = models.IntegerField(default=0, editable=False)
    trapped_count = models.IntegerField(default=0, editable=False)  # filled in by machines
    limited_count = models.IntegerField(default=0, editable=False)  # over a limit
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("sign-up form")
        verbose_name_plural = _("sign-up forms")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.title

    @property
    def origins(self) -> list[str]:
        """The websites that may embed the form, e.g. https://club.example."""
        return self.allowed_origins.split()


class SignupRequest(models.Model):
    """One person's wish to join, until it is confirmed: what was typed, and the wording that was agreed to.

    Written by the public form; values and IP number go when it is confirmed or expires, the row a while after that.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for the confirmation")
        CONFIRMED = "confirmed", _("confirmed")
        EXPIRED = "expired", _("expired")

    form = models.ForeignKey(SignupForm, on_delete=models.CASCADE, related_name="requests")
    address = models.CharField(_("address"), max_length=320)
    address_key = KeyField(max_length=320, editable=False)
    values = models.JSONField(default=dict, blank=True)  # {name of the field: str}, only what was asked for
    consent_text = models.TextField()  # as it was shown
    origin = models.CharField(max_length=200, blank=True, default="")  # of the website; "" = our own page
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    asked_at = models.DateTimeField(_("asked"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    confirmation = models.ForeignKey(  # the last mail with the link
        Campaign, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("sign-up request")
        verbose_name_plural = _("sign-up requests")
        constraints = (
            models.UniqueConstraint(
                fields=("form", "address_key"), condition=Q(state="pending"), name="signup_request_pending"
            ),
        )
        indexes = (models.Index(fields=("state", "asked_at"), name="signup_request_age"),)

    def __str__(self) -> str:
        return f"#{self.pk}: {self.get_state_display()}"
