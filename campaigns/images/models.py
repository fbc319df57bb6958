"""Images for mails: one row for each file, however often it was uploaded and wherever it is used."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Image(models.Model):
    """One picture as mails show it: cleaned, made no wider than mails need, and never changed afterwards.

    Written when somebody uploads a file; only name and alternative text change later. Deleted by hand, and only while
    nothing uses it. The file lies under `images/<key>/<file_name>`; the key is made of the hash of its bytes.
    """

    key = models.CharField(max_length=26, unique=True, editable=False)
    upload_hash = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of the file as it came
    name = models.CharField(_("name"), max_length=120)
    file_name = models.CharField(max_length=80, editable=False)  # the end of its address
    content_type = models.CharField(max_length=20, editable=False)
    width_px = models.IntegerField(editable=False)
    height_px = models.IntegerField(editable=False)
    size_bytes = models.IntegerField(editable=False)
    is_animated = models.BooleanField(default=False, editable=False)
    upload_width_px = models.IntegerField(editable=False)  # as the file came
    upload_height_px = models.IntegerField(editable=False)
    upload_size_bytes = models.IntegerField(editable=False)
    alt_text = models.CharField(
        _("alternative text"),
        max_length=300,
        blank=True,
        default="",
        help_text=_("What stands in the place of the picture for people who do not see it."),
    )
    is_decorative = models.BooleanField(
        _("only decoration"), default=False, help_text=_("Says nothing that the text does not say; read to nobody.")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """How messages name it, wherever the file is served from."""
        return f"image:{self.key}/{self.file_name}"

    @property
    def file_key(self) -> str:
        """Where the file is in the file storage."""
        return f"images/{self.key}/{self.file_name}"

    @property
    def lacks_alt_text(self) -> bool:
        """Whether nobody has said yet what it shows."""
        return not self.alt_text and not self.is_decorative

    @property
    def was_made_smaller(self) -> bool:
        """Whether the file came wider than it is kept."""
        return self.width_px < self.upload_width_px
