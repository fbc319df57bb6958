"""The Activity log in the portal: read, filter, search; nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.deed_words import deed_words
from portal.list_words import ListWordsMixin
from portal.paging import FastListMixin
from portal.read_only_admin import ReadOnlyMixin
from portal.templatetags.postroom import local_time

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from portal.models import Activity


class SubjectFilter(admin.SimpleListFilter):
    """Deeds on one subject: the part of the verb before its dot. A prefix, so no list of all verbs is read."""

    title = _("about")
    parameter_name = "subject"
    _SUBJECTS = (
        ("campaign", _("Campaigns")),
        ("template", _("Templates")),
        ("contact", _("Contacts")),
        ("import", _("Imports")),
        ("suppression", _("Suppressions")),
        ("account", _("Sending accounts")),
        ("person", _("People & roles")),
        ("sign_in", _("Failed sign-ins")),
    )

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return self._SUBJECTS

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(verb__startswith=f"{self.value()}.") if self.value() else queryset


class ActorFilter(admin.SimpleListFilter):
    """Deeds of people, of the system, or of oneself."""

    title = _("who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (("me", _("Me")), ("people", _("People")), ("system", _("Postroom itself")))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "me":
            return queryset.filter(actor=request.user)
        if self.value() in {"people", "system"}:
            return queryset.filter(actor__isnull=self.value() == "system")
        return queryset


class ActivityAdmin(ReadOnlyMixin, FastListMixin, ListWordsMixin):
    """Read-only; the log is append-only and shows who did what, newest first."""

    list_lead = _("Who did what, newest first. Nothing here can be changed or deleted.")
    list_empty = _("Nothing has been done yet.")
    list_icon = "history"
    list_display = ("when", "actor_name", "deed", "object_label")
    list_display_links = ("when",)
    list_filter = (SubjectFilter, ActorFilter)
    search_fields = ("object_label", "actor_name")
    search_help_text = _("A name of a person or of a thing, from its beginning.")
    ordering = ("-id",)
    actions = None
    fields = ("when", "actor_name", "deed", "object_label", "what_exactly", "ip_address")
    readonly_fields = fields

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        by_name = queryset.filter(actor_name__istartswith=term)
        return by_name | queryset.filter(object_label__istartswith=term), False

    @admin.display(description=_("when"))
    def when(self, activity: Activity) -> SafeString:
        return local_time(activity.at)

    @admin.display(description=_("deed"))
    def deed(self, activity: Activity) -> str:
        return deed_words(activity.verb)

    @admin.display(description=_("details"))
    def what_exactly(self, activity: Activity) -> SafeString | str:
        if not activity.details:
            return "–"
        return format_html("<code>{}</code>", json.dumps(activity.details, ensure_ascii=False, indent=1))
