"""What is written but not saved yet, and who is writing where."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Thing(models.TextChoices):
    """What people write in the editor."""

    TEMPLATE = "template", _("template")
    CAMPAIGN = "campaign", _("campaign")


class OpenThing(models.Model):
    """One person and one thing they have open; `thing_id` 0 is one that was never saved."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    thing = models.CharField(max_length=10, choices=Thing.choices)
    thing_id = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True


class UnsavedDraft(OpenThing):
    """What one person typed into a form and has not saved; kept by the browser while they type.

    Goes when the thing is saved or the draft thrown away, and with `editing.sweep` after a month.
    """

    fields = models.JSONField()  # name of a form's field -> list of what it held
    read_at = models.CharField(max_length=40, blank=True, default="")  # stamp of the stored row they began from
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "thing", "thing_id"), name="unsaveddraft_one_per_person"),
        )
        indexes = (models.Index(fields=("kept_at",), name="unsaveddraft_kept_at"),)

    def __str__(self) -> str:
        return f"{self.thing} {self.thing_id or 'new'}"


class Presence(OpenThing):
    """One person who has a thing open for writing; renewed by the browser, out of date within a minute.

    Goes when the page is left, and with `editing.sweep`.
    """

    since = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("thing", "thing_id", "user"), name="presence_one_per_person"),)
        indexes = (models.Index(fields=("seen_at",), name="presence_seen_at"),)

    def __str__(self) -> str:
        return f"{self.user} at {self.thing} {self.thing_id}"
