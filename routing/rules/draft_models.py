"""Changes to the rules that are looked at before they are made."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RuleDraft(models.Model):
    """Changes that somebody wants to see first: an import or an earlier version. Nothing is routed by it.

    Written by `routing.rules.drafts`; goes when it is made, thrown away, or after DRAFT_DAYS. `changes`: list of
    {"key", "after"} like those of RuleSetVersion; what was before is read when somebody looks.
    """

    class Source(models.TextChoices):
        """Where the changes come from."""

        IMPORT = "import", _("import")
        RESTORE = "restore", _("earlier version")

    source = models.CharField(max_length=8, choices=Source.choices)
    name = models.CharField(max_length=200)  # the file, the rule or the version
    changes = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("draft of rules")
        verbose_name_plural = _("drafts of rules")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name
