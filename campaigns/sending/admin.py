"""Campaigns in the admin; the pages of one campaign are views of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Sum
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.attachments.urls import attachment_urls
from campaigns.follow_ups.views import again_urls
from campaigns.messages.revision_screens import Versioned, version_urls
from campaigns.reports.views import report_urls
from campaigns.scheduling import views as schedule_views
from campaigns.sending import deeds, views_compose, views_people, views_progress, views_review, views_trials
from campaigns.sending.counts import count_column
from campaigns.sending.drafts import save_draft_words
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.screen import home_of, status_tone
from campaigns.sending.states import OPEN, CampaignKind, CampaignStatus, DeliveryState
from campaigns.splits.models import SplitVersion
from campaigns.splits.urls import split_urls
from campaigns.uncertain.views import uncertain_urls
from portal.list_words import copy_button
from portal.paging import FastListMixin
from portal.templatetags.postroom import badge, local_time
from portal.wording import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

CAMPAIGNS = Versioned(
    Campaign,
    gettext_lazy("Campaigns"),
    save_draft_words,
    can_change=lambda campaign: campaign.status == CampaignStatus.DRAFT,
)
_PAGES = "campaigns_campaign_"
_LIVE = frozenset({CampaignStatus.PENDING, CampaignStatus.IN_PROGRESS})


class StatusFilter(admin.SimpleListFilter):
    """Campaigns by status; the status is in an index."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(status.value, str(status.label).capitalize()) for status in CampaignStatus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> QuerySet[Campaign]:
        return queryset.filter(status=self.value()) if self.value() in CampaignStatus.values else queryset


class CountedChangeList(ChangeList):
    """The list with the counters of its campaigns, read in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        counts = _read_counts(self.result_list)
        for campaign in self.result_list:
            campaign.__dict__["_counts"] = counts.get(campaign.pk, {})


@admin.register(Campaign)
class CampaignAdmin(FastListMixin):
    """The list of campaigns; adding and changing lead to the pages of `sending/views_*`."""

    list_display = ("shown_name", "shown_status", "shown_progress", "delivered", "bounced", "happened_at", "copy_it")
    list_display_links = None
    list_filter = (StatusFilter,)
    search_fields = ("name__istartswith",)
    search_help_text = gettext_lazy("Beginning of the name")
    ordering = ("-id",)
    actions = None

    class Media:
        css = {"all": ("postroom/css/campaign.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        campaigns: QuerySet[Campaign] = super().get_queryset(request)
        return campaigns.filter(campaign_kind=CampaignKind.CAMPAIGN).defer("body", "text_body")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CountedChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = {
            "list_title": _("Campaigns"),
            "list_empty": _("No campaign yet. Write the first one: nothing leaves before you press Send."),
            "list_icon": "send",
        }
        return super().changelist_view(request, {**words, **(extra_context or {})})

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return views_compose.new_campaign(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect("admin:campaigns_campaign_changelist")
        version = SplitVersion.objects.filter(draft_id=int(object_id)).select_related("split").first()
        if version is not None:  # a version of an A/B test is written below its campaign
            return redirect("admin:campaigns_campaign_split_version", version.split.campaign_id, version.number)
        return views_compose.edit_campaign(request, campaign_id=int(object_id))

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return False  # drafts are discarded on their own page; what was started stays as the record

    def get_urls(self) -> list[URLPattern]:
        return [*uncertain_urls(), *_campaign_urls(), *version_urls(CAMPAIGNS), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        return columns if self.has_add_permission(request) else [name for name in columns if name != "copy_it"]

    @admin.display(description="")
    def copy_it(self, campaign: Campaign) -> str:
        return copy_button("admin:campaigns_campaign_copy", campaign)

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, campaign: Campaign) -> SafeString:
        return format_html('<a href="{}">{}</a>', home_of(campaign), campaign.name)

    @admin.display(description=gettext_lazy("status"))
    def shown_status(self, campaign: Campaign) -> SafeString:
        mark = badge(campaign.get_status_display(), tone=status_tone(campaign.status))
        if campaign.status not in _LIVE:
            return mark
        return format_html('{} <span class="live-dot">{}</span>', mark, _("live"))

    @admin.display(description=gettext_lazy("progress"))
    def shown_progress(self, campaign: Campaign) -> str:
        counts = counts_of(campaign)
        total = sum(counts.values())
        if not total:
            return "–"
        handled = total - sum(counts[state] for state in OPEN)
        percent = int(100 * handled / total)
        return render_to_string("campaigns/sending/list_progress.html", {"percent": percent, "share": handled / total})

    @admin.display(description=gettext_lazy("delivered"))
    def delivered(self, campaign: Campaign) -> str:
        return _shown_count(campaign, DeliveryState.DELIVERED, DeliveryState.COMPLAINED)  # a complaint proves it

    @admin.display(description=gettext_lazy("bounced"))
    def bounced(self, campaign: Campaign) -> str:
        return _shown_count(campaign, DeliveryState.BOUNCED)

    @admin.display(description=gettext_lazy("when"))
    def happened_at(self, campaign: Campaign) -> SafeString:
        return local_time(campaign.finished_at or campaign.started_at or campaign.scheduled_at or campaign.created_at)


def _campaign_urls() -> list[URLPattern]:
    one = "<int:campaign_id>/"
    pages = [
        path(one + "review/", views_review.review, name=_PAGES + "review"),
        path(one + "review/left-out/<int:reason>/", views_review.left_out, name=_PAGES + "left_out"),
        path(one + "test/", views_review.send_a_test, name=_PAGES + "test"),
        path("tests/<int:version_id>/", views_trials.trial, name=_PAGES + "trial"),
        path("tests/<int:version_id>/message/", views_trials.trial_frame, name=_PAGES + "trial_frame"),
        path("tests/<int:version_id>/news.json", views_trials.trial_json, name=_PAGES + "trial_json"),
        path("tests/template/<int:template_id>/", views_trials.test_template, name=_PAGES + "test_template"),
        path(one + "message/", views_compose.message_frame, name=_PAGES + "frame"),
        path(one + "check/", views_compose.check_campaign, name=_PAGES + "check"),
        path(one + "progress/", views_progress.progress, name=_PAGES + "progress"),
        path(one + "progress.json", views_progress.progress_json, name=_PAGES + "progress_json"),
        path(one + "people/", views_people.people, name=_PAGES + "people"),
        path(one + "people.csv", views_people.export, name=_PAGES + "people_export"),
        path(one + "people/<int:delivery_id>/", views_people.person, name=_PAGES + "person"),
        path(one + "report/", views_progress.report, name=_PAGES + "report"),
        path(one + "open-links/", views_review.open_links, name=_PAGES + "open_links"),
        path(one + "links.json", views_review.links_json, name=_PAGES + "links_json"),
        path(one + "send/", deeds.send, name=_PAGES + "send"),
        path(one + "schedule/", schedule_views.schedule, name=_PAGES + "schedule"),
        path(one + "waves/<int:number>/<str:deed>/", schedule_views.answer_wave, name=_PAGES + "wave"),
        path(one + "copy/", deeds.copy, name=_PAGES + "copy"),
        path(one + "discard/", deeds.discard, name=_PAGES + "discard"),
    ]
    acts = [
        path(f"{one}{deed.replace('_', '-')}/", deeds.do_deed, {"deed": deed}, name=_PAGES + deed)
        for deed in deeds.DEEDS
    ]
    return [
        *pages,
        *acts,
        *split_urls(one, _PAGES),
        *again_urls(one, _PAGES),
        *report_urls(one, _PAGES),
        *attachment_urls(one, _PAGES),
    ]


def _read_counts(campaigns: Iterable[Campaign]) -> dict[int, dict[DeliveryState, int]]:
    """Counters of the campaigns on one page of the list, in one query."""
    sums = {state.name: Sum(count_column(state)) for state in DeliveryState}
    chunks = Chunk.objects.filter(campaign__in=[campaign.pk for campaign in campaigns])
    rows = chunks.order_by().values("campaign_id").annotate(**sums)
    return {row["campaign_id"]: {state: row[state.name] for state in DeliveryState} for row in rows}


def _shown_count(campaign: Campaign, *states: DeliveryState) -> str:
    counts = counts_of(campaign)
    return (
        "–" if campaign.status == CampaignStatus.DRAFT else format_count(sum(counts.get(state, 0) for state in states))
    )


def counts_of(campaign: Campaign) -> dict[DeliveryState, int]:
    """The counters that the list put beside the campaign."""
    known: dict[DeliveryState, int] = campaign.__dict__.get("_counts", {})
    return known
