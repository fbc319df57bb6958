"""What mails say: templates to start from, the house layout, and the frozen text of each campaign."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageContent(models.Model):
    """The words of a mail, as their author writes them; Liquid in every field."""

    class Kind(models.TextChoices):
        MARKDOWN = "markdown", _("Markdown in the house layout")
        HTML = "html", _("own HTML")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MARKDOWN)
    subject = models.CharField(_("subject"), max_length=300, blank=True, default="")
    preheader = models.CharField(
        _("preview line"),
        max_length=300,
        blank=True,
        default="",
        help_text=_("Shown after the subject in most inboxes."),
    )
    body = models.TextField(_("message"), blank=True, default="")
    text_body = models.TextField(
        _("plain text"), blank=True, default="", help_text=_("Left empty, it is made from the message.")
    )

    class Meta:
        abstract = True


class Template(MessageContent):
    """A message to start campaigns from; written and deleted by marketers. Campaigns copy it."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class HouseLayout(models.Model):
    """The frame around Markdown messages; one row, edited once for all campaigns (pk 1)."""

    organisation = models.CharField(_("organisation"), max_length=120, blank=True, default="")
    postal_address = models.CharField(_("postal address"), max_length=300, blank=True, default="")
    footer = models.CharField(_("footer"), max_length=500, blank=True, default="")
    logo_url = models.URLField(_("logo"), blank=True, default="", help_text=_("An https address of a picture."))
    accent_color = models.CharField(
        _("colour"),
        max_length=7,
        default="#3b5bdb",
        validators=(RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour like #3b5bdb.")),),
    )

    class Meta:
        verbose_name = _("house layout")
        verbose_name_plural = _("house layout")

    def __str__(self) -> str:
        return self.organisation or str(_("House layout"))


class MessageVersion(MessageContent):
    """What one campaign really says, frozen when it starts; never changed, goes with its last campaign."""

    layout = models.JSONField(default=dict, blank=True)  # LayoutValues of that moment; {} for own HTML
    field_defaults = models.JSONField(default=dict, blank=True)  # {name: str} of the fields it names, at that moment
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"
