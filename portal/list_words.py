"""The words of a list page, as attributes of its admin, and the button in its rows that copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import Promise


class ListWordsMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Title, sentence below it, and what an empty list says; the title also stands in the breadcrumbs of the form."""

    list_title: str | Promise = ""  # "" = the model's plural
    list_lead: str | Promise = ""
    list_empty: str | Promise = ""
    list_icon = "inbox"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = {name: getattr(self, name) for name in ("list_title", "list_lead", "list_empty", "list_icon")}
        return super().changelist_view(request, {**words, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        words = {"list_title": self.list_title, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, words)


def copy_button(url_name: str, row: Model) -> str:
    """A button that posts to `url_name`; it stands in the form of Django's list, which has the token."""
    return format_html(
        '<button type="submit" class="button button-small" formaction="{}" aria-label="{}: {}">{}</button>',
        reverse(url_name, args=[row.pk]), _("Copy"), str(row), _("Copy"),
    )  # fmt: skip
