"""The list of segments; adding and changing lead to the builder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Value
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from campaigns.segments import services, views
from campaigns.segments.catalogue import known_catalogue
from campaigns.segments.definition import InvalidDefinition, read_stored
from campaigns.segments.models import Segment
from campaigns.segments.wording import describe
from portal.list_words import ListWordsMixin
from portal.pages import actor_of
from portal.paging import FastListMixin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_NAME = "campaigns_segment_"


@admin.register(Segment)
class SegmentAdmin(ListWordsMixin, FastListMixin):
    """Saved questions to the contacts, chosen as audience."""

    list_lead = gettext_lazy("Saved questions to your contacts, answered anew each time. Campaigns can go to them.")
    list_empty = gettext_lazy(
        "No segment yet. A segment finds people by what you know of them and by what they did, and stays up to date."
    )
    list_icon = "funnel"
    list_display = ("name", "asks", "people", "used_by")
    search_fields = ("name__istartswith",)
    search_help_text = gettext_lazy("Beginning of the name")
    ordering = ("name",)
    sortable_by = ()
    actions = None
    change_list_template = "campaigns/audience/groups.html"

    class Media:
        css = {"all": ("postroom/css/segments.css",)}

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return views.new_segment(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect("admin:campaigns_segment_changelist")
        return views.edit_segment(request, segment_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("count/", views.count, name=_NAME + "count"),
            path("<int:segment_id>/recount/", views.recount, name=_NAME + "recount"),
            path("<int:segment_id>/copy/", views.copy, name=_NAME + "copy"),
        ]
        return [*own, *super().get_urls()]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the question before deleting lists; campaigns that would ask it later keep it from being deleted."""
        waiting = [str(campaign) for segment in objs for campaign in services.campaigns_waiting_for(segment)]
        return [str(obj) for obj in objs], {}, set(), waiting

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        services.delete_segment(obj, actor=actor_of(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        segments: QuerySet[Segment] = super().get_queryset(request)
        may_change = self.has_change_permission(request)
        segments = segments.annotate(_may_change=Value(may_change))
        return segments.prefetch_related("including", "excluding")

    @admin.display(description=gettext_lazy("who"))
    def asks(self, segment: Segment) -> str:
        try:
            words = describe(read_stored(segment.definition), known_catalogue())
        except InvalidDefinition:
            return "–"
        return words if len(words) <= _WORDS else words[: _WORDS - 1] + "…"

    @admin.display(description=gettext_lazy("people"))
    def people(self, segment: Segment) -> str:
        may_change = bool(segment.__dict__.get("_may_change"))
        return render_to_string("campaigns/segments/list_count.html", {"segment": segment, "may_change": may_change})

    @admin.display(description=gettext_lazy("used by"))
    def used_by(self, segment: Segment) -> SafeString | str:
        campaigns = {campaign.pk for campaign in (*segment.including.all(), *segment.excluding.all())}
        return format_html("{}", len(campaigns)) if campaigns else "–"


_WORDS = 160
