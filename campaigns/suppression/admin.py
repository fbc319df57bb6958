"""Suppressions in the admin: look, add by hand, release with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.person.screen import Answer, answer_about
from campaigns.person.why_facts import asked_about
from campaigns.suppression import batch_views, ses_views
from campaigns.suppression.forms import ReleaseForm, SuppressForm
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import reason_counts, release, suppress
from portal.fields import prefix_range
from portal.list_words import ListWordsMixin
from portal.mail.address import display_address
from portal.pages import Crumb, actor_of, page, render_page
from portal.paging import FastListMixin
from portal.row_ids import row_id
from portal.templatetags.postroom import badge, local_time

if TYPE_CHECKING:
    from django import forms
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

_TONES = {Suppression.Reason.BOUNCE: "bad", Suppression.Reason.COMPLAINT: "bad", Suppression.Reason.UNSUBSCRIBE: "warn"}

_PAGES = "campaigns_suppression_"


@admin.register(Suppression)
class SuppressionAdmin(ListWordsMixin, FastListMixin):
    """Addresses that get no mail. Rows are never edited: they are added, or released with a reason."""

    form = SuppressForm
    list_lead = gettext_lazy("Addresses that get no mail, whatever list they are on.")
    list_empty = gettext_lazy(
        "Nobody is suppressed. Hard bounces, complaints and unsubscribes come here by themselves."
    )
    list_icon = "ban"
    list_display = ("shown_address", "shown_reason", "source", "shown_note", "since", "created_by")
    list_filter = ("reason", "source")
    list_select_related = ("created_by",)
    search_fields = ("address_key",)  # what is searched is in get_search_results
    search_help_text = gettext_lazy("Beginning of the address")
    ordering = ("-pk",)
    sortable_by = ()
    actions = None
    change_form_template = "campaigns/suppression/suppression.html"
    change_list_template = "campaigns/suppression/list.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        low, high = prefix_range(search_term.replace("\0", "").strip().lower())
        found = queryset.filter(address_key__gte=low, address_key__lt=high) if low else queryset
        return found, False

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("address", "note")
        return ("address", "shown_reason", "source", "shown_note", "since", "created_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        return () if obj is None else ("shown_reason", "shown_note", "since", "created_by")

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False  # only by `release_one`, which asks why

    def save_model(self, request: HttpRequest, obj: Suppression, form: forms.ModelForm[Any], change: bool) -> None:
        saved = suppress(
            obj.address,
            reason=Suppression.Reason.MANUAL,
            source=Suppression.Source.OPERATOR,
            note=obj.note,
            actor=actor_of(request),
        )
        obj.pk = saved.pk

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:suppression_id>/release/", release_one, name=_PAGES + "release"),
            path("<int:suppression_id>/put-back/", ses_views.put_back_one, name=_PAGES + "put_back"),
            path("ses/", ses_views.ses_list, name=_PAGES + "ses"),
            path("many/", batch_views.many, name=_PAGES + "many"),
            path("many/<int:batch_id>/", batch_views.batch, name=_PAGES + "batch"),
            path("many/<int:batch_id>/decide/", batch_views.decide, name=_PAGES + "decide"),
            path("many/<int:batch_id>/undo/", batch_views.undo, name=_PAGES + "undo_batch"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With how many there are of each reason and, where an address was looked for, the answer about it."""
        found = {"reason_counts": reason_counts(), "answer": _answer(request.GET.get("q", ""))}
        return super().changelist_view(request, {**found, **(extra_context or {})})

    @admin.display(description=gettext_lazy("address"))
    def shown_address(self, suppression: Suppression) -> str:
        return display_address(suppression.address)

    @admin.display(description=gettext_lazy("reason"))
    def shown_reason(self, suppression: Suppression) -> SafeString:
        tone = _TONES.get(Suppression.Reason(suppression.reason), "")
        return badge(suppression.get_reason_display(), tone=tone)

    @admin.display(description=gettext_lazy("note"))
    def shown_note(self, suppression: Suppression) -> str:
        return suppression.note or "–"

    @admin.display(description=gettext_lazy("since"))
    def since(self, suppression: Suppression) -> SafeString:
        return local_time(suppression.created_at, "DATE_FORMAT")


@page("campaigns.delete_suppression")
def release_one(request: HttpRequest, suppression_id: int) -> HttpResponseBase:
    """Ask why, then let mail go to the address again."""
    suppression = get_object_or_404(Suppression, pk=suppression_id)
    form = ReleaseForm(request.POST or None, suppression=suppression)
    if request.method == "POST" and form.is_valid():
        release(suppression_id, reason_text=form.cleaned_data["reason_text"], actor=actor_of(request))
        messages.success(request, _("%s may get mail again.") % suppression.address)
        return redirect(_back_from(request))
    frame: dict[str, Any] = {
        "title": _("Let mail go to this address again?"),
        "crumbs": [
            Crumb(_("Suppressions"), reverse("admin:campaigns_suppression_changelist")),
            Crumb(suppression.address, reverse("admin:campaigns_suppression_change", args=[suppression_id])),
        ],
    }
    context = {"suppression": suppression, "form": form}
    return render_page(request, "campaigns/suppression/release.html", context, **frame)


def _answer(typed: str) -> Answer | None:
    """Why a whole address gets mail or not, whoever has it; None while only its beginning is typed."""
    asked = asked_about(typed)
    return answer_about(asked, None) if asked.key else None


def _back_from(request: HttpRequest) -> str:
    """The person whose page led here, else the list."""
    person_id = row_id(request.GET.get("person"))
    if person_id:
        return reverse("admin:campaigns_contact_person", args=[person_id])
    return reverse("admin:campaigns_suppression_changelist")
