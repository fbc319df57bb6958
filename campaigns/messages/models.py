"""What mails say: templates, house layouts and snippets, what each said after every save, and the frozen text of each
campaign.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

COLOR = RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", _("A colour like #3b5bdb."))
SNIPPET_NAME = RegexValidator(
    r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", _("Small letters, digits and single hyphens, such as opening-hours.")
)


class MessageContent(models.Model):
    """The words of a mail, as their author writes them; Liquid in every field."""

    class Kind(models.TextChoices):
        MARKDOWN = "markdown", _("Markdown in the house layout")
        MJML = "mjml", _("MJML")
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
    embeds_images = models.BooleanField(
        _("put the pictures into the mail"),
        default=False,
        help_text=_("Seen also without the internet, but each mail grows by the size of its pictures."),
    )

    class Meta:
        abstract = True


class HouseLayout(models.Model):
    """A frame around messages: logo, colours, footer, address; edited once for all that chose it.

    Written by operators; deleted when no template and no draft chooses it. At most one row is the default.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True, default="")
    postal_address = models.CharField(_("postal address"), max_length=300, blank=True, default="")
    footer = models.CharField(_("footer"), max_length=500, blank=True, default="")
    logo_url = models.URLField(_("logo"), blank=True, default="", help_text=_("An https address of a picture."))
    accent_color = models.CharField(
        _("colour of links and buttons"), max_length=7, default="#3b5bdb", validators=(COLOR,)
    )
    page_color = models.CharField(_("colour around the message"), max_length=7, default="#f2f4f7", validators=(COLOR,))
    text_color = models.CharField(_("colour of the text"), max_length=7, default="#1d2430", validators=(COLOR,))
    is_default = models.BooleanField(_("default"), default=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("house layout")
        verbose_name_plural = _("house layouts")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("is_default",), condition=Q(is_default=True), name="one_default_layout"),
        )

    def __str__(self) -> str:
        return self.name or self.organisation or str(_("House layout"))


class Draftable(MessageContent):
    """A message that is still being written, and the house layout it chose (none: the default)."""

    house_layout = models.ForeignKey(
        HouseLayout,
        verbose_name=_("house layout"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="%(class)ss",
    )

    class Meta:
        abstract = True


class Template(Draftable):
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


class Snippet(models.Model):
    """A piece of text that messages share: `{% render "opening-hours" %}`. Written by marketers; frozen into each version.

    Deleted or renamed only while no template, draft or other snippet uses it.
    """

    class Kind(models.TextChoices):
        MARKDOWN = "markdown", _("Markdown")
        HTML = "html", _("HTML")

    name = models.CharField(_("name"), max_length=60, unique=True, validators=(SNIPPET_NAME,))
    description = models.CharField(_("what it is for"), max_length=200, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MARKDOWN)
    body = models.TextField(_("text"))
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("snippet")
        verbose_name_plural = _("snippets")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class MessageVersion(MessageContent):
    """What one campaign really says, frozen when it starts; never changed, goes with its last campaign."""

    layout = models.JSONField(default=dict, blank=True)  # LayoutValues of that moment; {} where none of them is shown
    snippets = models.JSONField(default=dict, blank=True)  # {name: {"kind", "body"}} of that moment, those used only
    field_defaults = models.JSONField(default=dict, blank=True)  # {name: str} of the fields it names, at that moment
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"


class Revision(models.Model):
    """What a template, campaign draft, house layout or snippet said after one save. Written by every save, never changed.

    Goes with what it belongs to; exactly one of the four is set.
    """

    template = models.ForeignKey(Template, null=True, on_delete=models.CASCADE, related_name="revisions")
    campaign = models.ForeignKey("campaigns.Campaign", null=True, on_delete=models.CASCADE, related_name="revisions")
    layout = models.ForeignKey(HouseLayout, null=True, on_delete=models.CASCADE, related_name="revisions")
    snippet = models.ForeignKey(Snippet, null=True, on_delete=models.CASCADE, related_name="revisions")
    number = models.IntegerField(_("version"))  # 1, 2, 3 ... of each
    words = models.JSONField()  # field name -> value, see campaigns/messages/revisions.py
    changed_fields = models.JSONField(default=list)  # names of the fields that differ from the revision before
    restored_number = models.IntegerField(null=True)  # set where the save brought back an earlier revision
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = tuple(
            models.UniqueConstraint(fields=(subject, "number"), name=f"revision_of_{subject}")
            for subject in ("template", "campaign", "layout", "snippet")
        )

    def __str__(self) -> str:
        return f"{self.template or self.campaign or self.layout or self.snippet} {self.number}"
