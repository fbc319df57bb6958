"""Files that go with mails: each content stored once, and what every campaign, frozen message and person gets of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.messages.models import MessageVersion
from campaigns.sending.models import Campaign
from portal.fields import KeyField


class StoredFile(models.Model):
    """One content in the file storage, however often and under whatever names it is attached.

    Written when somebody brings a file; deleted with its content by the sweep when nothing has used it for some days.
    """

    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    file_key = models.CharField(max_length=120, unique=True, editable=False)  # never used again for another row
    size_bytes = models.BigIntegerField(editable=False)
    content_type = models.CharField(max_length=130, editable=False)  # as it was first brought in
    looks_like = models.CharField(max_length=20, blank=True, default="", editable=False)  # by its bytes: contents.Kind
    signs = models.JSONField(default=list, blank=True, editable=False)  # contents.Sign found in its bytes
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(default=timezone.now, editable=False)  # last brought in or attached

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        indexes = (models.Index(fields=("used_at",), name="stored_file_used"),)

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.size_bytes} bytes)"


class NamedFile(models.Model):
    """A stored file under the name and type that it goes out with."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=255)
    content_type = models.CharField(_("type"), max_length=130)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class CampaignAttachment(NamedFile):
    """A file that goes with every mail of a campaign, its tests and the versions of its A/B test.

    Written and removed by marketers while the campaign is a draft, or with a transactional message. A removed one stays
    for a day, so that it can be brought back.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="attachments")
    content_id = models.CharField(max_length=120, blank=True, default="")  # shown by the HTML as cid:…
    position = models.IntegerField(default=0)
    removed_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("position", "id")


class FrozenAttachment(NamedFile):
    """A file as it goes with one frozen message; written with the version, never changed, goes with it."""

    version = models.ForeignKey(MessageVersion, on_delete=models.CASCADE, related_name="attachments")
    content_id = models.CharField(max_length=120, blank=True, default="")
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ("position", "id")


class PersonalFiles(models.Model):
    """That each person of a campaign gets a file of their own, named by a field. Written while it is a draft."""

    class WhenMissing(models.TextChoices):
        SKIP = "skip", _("leave these people out, with the reason")
        SEND = "send", _("write to them without a file")

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="personal_settings")
    field_name = models.CharField(_("field with the file's name"), max_length=100)
    when_missing = models.CharField(
        _("people without a file"), max_length=4, choices=WhenMissing.choices, default=WhenMissing.SKIP
    )

    def __str__(self) -> str:
        return self.field_name


class PersonalFile(NamedFile):
    """One of the files among which each person of a campaign finds theirs; about that person, so personal data.

    Written and removed by marketers while the campaign is a draft; deleted when the person is forgotten.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="personal_files", db_index=False)
    name_key = KeyField(max_length=255)  # matching.name_key of its name
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("campaign", "name_key"), name="personal_file_name"),)
