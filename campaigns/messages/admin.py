"""Templates in the admin; their forms are pages of their own. House layouts and snippets: see part_admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from campaigns.editing import views as editing
from campaigns.messages import part_admin, screens, views
from campaigns.messages.drafts import save_template
from campaigns.messages.models import Template
from campaigns.messages.revision_screens import Versioned, version_urls
from portal.list_words import copy_button
from portal.time_columns import time_column

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

__all__ = ["TemplateAdmin", "part_admin"]

TEMPLATES = Versioned(Template, gettext_lazy("Templates"), save_template)
_PAGES = "campaigns_template_"


@admin.register(Template)
class TemplateAdmin(admin.ModelAdmin[Template]):
    """The list of templates, and the addresses that previews of all messages share."""

    list_display = ("name", "kind", "subject", "shown_changed", "use_it", "copy_it")
    shown_changed = time_column("updated_at", gettext_lazy("changed"))
    search_fields = ("name__istartswith",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        return super().get_queryset(request).defer("body", "text_body")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = {
            "list_lead": _("Messages to start campaigns from."),
            "list_empty": _("No template yet. A template saves writing the same mail twice."),
            "list_icon": "file-text",
        }
        return super().changelist_view(request, {**words, **(extra_context or {})})

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return screens.new_template(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect("admin:campaigns_template_changelist")
        return screens.edit_template(request, template_id=int(object_id))

    def delete_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.method != "POST" or not object_id.isdecimal():
            return redirect("admin:campaigns_template_changelist")
        return screens.remove_template(request, template_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path("preview/", guard(require_POST(views.preview_draft)), name=_PAGES + "preview"),
            path("check/", guard(require_POST(views.check_draft)), name=_PAGES + "check"),
            path("suggest/", guard(require_GET(views.suggest_contacts)), name=_PAGES + "suggest"),
            path("unsaved/", guard(editing.keep_unsaved), name=_PAGES + "keep_unsaved"),
            path("unsaved/drop/", guard(editing.drop_unsaved), name=_PAGES + "drop_unsaved"),
            path("presence/", guard(editing.tell_presence), name=_PAGES + "presence"),
            path("<int:template_id>/copy/", screens.copy, name=_PAGES + "copy"),
            path("words/", guard(require_GET(views.editor_words)), name=_PAGES + "words"),
        ]
        return [*own, *version_urls(TEMPLATES), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        return columns if self.has_add_permission(request) else [name for name in columns if name != "copy_it"]

    @admin.display(description="")
    def copy_it(self, template: Template) -> str:
        return copy_button("admin:campaigns_template_copy", template)

    @admin.display(description="")
    def use_it(self, template: Template) -> SafeString:
        url = f"{reverse('admin:campaigns_campaign_add')}?template={template.pk}"
        words = _("Start a campaign")
        return format_html('<a href="{}" aria-label="{}: {}">{}</a>', url, words, template.name, words)
