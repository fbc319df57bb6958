"""House layouts and snippets in the admin: lists as usual, forms as pages of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.messages import part_screens
from campaigns.messages.drafts import save_layout, save_snippet
from campaigns.messages.models import HouseLayout, Snippet
from campaigns.messages.revision_screens import Versioned, version_urls
from portal.list_words import ListWordsMixin
from portal.templatetags.postroom import badge
from portal.time_columns import time_column

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

LAYOUTS = Versioned(HouseLayout, gettext_lazy("House layouts"), save_layout)
SNIPPETS = Versioned(Snippet, gettext_lazy("Snippets"), save_snippet)
_SWATCH = '<svg role="img" aria-label="{0}"><title>{0}</title><rect width="100%" height="100%" fill="{0}"/></svg>'


@admin.register(HouseLayout)
class HouseLayoutAdmin(ListWordsMixin):
    """The frames around messages."""

    list_display = ("name", "organisation", "colours", "shown_default", "shown_changed")
    shown_changed = time_column("updated_at", gettext_lazy("changed"))
    actions = None
    list_title = gettext_lazy("House layouts")
    list_lead = gettext_lazy("Logo, colours, footer and address around messages: edited once for all that use them.")
    list_empty = gettext_lazy("No house layout yet. It puts your name, colours and address around every message.")
    list_icon = "layout-template"

    class Media:
        css = {"all": ("postroom/css/versions.css",)}

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return part_screens.new_layout(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect(part_screens.LAYOUTS)
        return part_screens.edit_layout(request, layout_id=int(object_id))

    def delete_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.method != "POST" or not object_id.isdecimal():
            return redirect(part_screens.LAYOUTS)
        return part_screens.remove_layout(request, layout_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        preview = path("preview/", part_screens.preview_layout, name="campaigns_houselayout_preview")
        return [preview, *version_urls(LAYOUTS), *super().get_urls()]

    @admin.display(description=gettext_lazy("used"))
    def shown_default(self, layout: HouseLayout) -> str:
        return badge(_("default"), tone="accent") if layout.is_default else _("where it is chosen")

    @admin.display(description=gettext_lazy("colours"))
    def colours(self, layout: HouseLayout) -> SafeString:
        colours = (layout.accent_color, layout.page_color, layout.text_color)
        swatches = format_html_join("", _SWATCH, ((colour,) for colour in colours))
        return format_html('<span class="swatches">{}</span>', swatches)


@admin.register(Snippet)
class SnippetAdmin(ListWordsMixin):
    """Pieces of text that messages share."""

    list_display = ("name", "tag", "description", "kind", "shown_changed")
    shown_changed = time_column("updated_at", gettext_lazy("changed"))
    search_fields = ("name__istartswith",)
    actions = None
    list_title = gettext_lazy("Snippets")
    list_lead = gettext_lazy("Pieces of text that messages share: edited once, the same everywhere.")
    list_empty = gettext_lazy("No snippet yet. Opening hours, directions, a signature: write once, use everywhere.")
    list_icon = "braces"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snippet]:
        snippets: QuerySet[Snippet] = super().get_queryset(request)
        return snippets.defer("body")

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return part_screens.new_snippet(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect(part_screens.SNIPPETS)
        return part_screens.edit_snippet(request, snippet_id=int(object_id))

    def delete_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.method != "POST" or not object_id.isdecimal():
            return redirect(part_screens.SNIPPETS)
        return part_screens.remove_snippet(request, snippet_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        preview = path("preview/", part_screens.preview_snippet, name="campaigns_snippet_preview")
        return [preview, *version_urls(SNIPPETS), *super().get_urls()]

    @admin.display(description=gettext_lazy("in a message"))
    def tag(self, snippet: Snippet) -> SafeString:
        return format_html("<code>{}</code>", f'{{% render "{snippet.name}" %}}')
