"""The row that says which life of the installation this database belongs to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Generation(models.Model):
    """Where this database stands: one row, made by the first sweep, advanced by each further one.

    The same is marked outside of the database (`portal.generation.mark`). A database that was restored or copied is
    behind its mark, or has none: it is then held (`held_since`), and nothing is sent until an owner confirms.
    """

    installation_key = models.CharField(max_length=32)  # random, made once
    counter = models.BigIntegerField(default=0)  # advanced before the mark outside, so never behind it by itself
    is_marked = models.BooleanField(default=False)  # whether the mark outside was ever written for this database
    marked_at = models.DateTimeField(auto_now_add=True)  # when it was advanced last
    held_since = models.DateTimeField(null=True, blank=True)
    held_cause = models.CharField(max_length=20, blank=True)  # portal.generation.mark.Cause
    held_facts = models.JSONField(default=dict, blank=True)  # what was compared: portal.generation.services.Facts
    # An owner's word to go on; kept until everything that may have left meanwhile is settled and the hold is over.
    go_on_at = models.DateTimeField(null=True, blank=True)
    go_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    go_on_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        permissions = (("confirm_generation", _("Can let a restored installation send again")),)

    def __str__(self) -> str:
        return f"{self.installation_key}:{self.counter}"
