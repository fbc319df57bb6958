"""The pages of one segment: the builder with its live count, and the deeds."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from campaigns.segments.builder import vocabulary
from campaigns.segments.catalogue import known_catalogue
from campaigns.segments.counting import WHILE_TYPING_S, TooLongError, count_segment, count_while_typing, sample
from campaigns.segments.definition import InvalidDefinition, as_stored, read_stored
from campaigns.segments.forms import SegmentForm, parse_definition
from campaigns.segments.models import Segment
from campaigns.segments.services import campaigns_of, campaigns_waiting_for, copy_segment, save_segment
from campaigns.segments.start import group_of_filter
from campaigns.segments.wording import describe, describe_problem
from campaigns.sending.screen import home_of
from portal.mail.address import display_address
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from campaigns.audience.models import Contact
    from campaigns.segments.catalogue import Catalogue

CHANGE = "admin:campaigns_segment_change"


@page("campaigns.add_segment")
def new_segment(request: HttpRequest) -> HttpResponseBase:
    """An empty segment, or one that asks what a filter of the list of contacts shows (`?list=`, `?tag=`, `?q=` …)."""
    group = group_of_filter(request.GET)
    form = SegmentForm(request.POST or None, initial={"definition": as_stored(group)} if group else {})
    return _edit(request, form, title=_("New segment"))


@page("campaigns.view_segment")
def edit_segment(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """The builder; for whoever may not change it, what it asks."""
    segment = get_object_or_404(Segment, pk=segment_id)
    if request.method == "POST" and not request.user.has_perm("campaigns.change_segment"):
        raise PermissionDenied
    return _edit(request, SegmentForm(request.POST or None, instance=segment), title=segment.name)


def _edit(request: HttpRequest, form: SegmentForm, *, title: str) -> HttpResponseBase:
    segment = form.instance
    if request.method == "POST" and form.is_valid():
        saved = save_segment(form.save(commit=False), form.group, actor=actor_of(request))
        with suppress(TooLongError):
            count_segment(saved, within_s=WHILE_TYPING_S)
        messages.success(request, _("The segment “%s” is saved.") % saved.name)
        return redirect(CHANGE, saved.pk)
    may_change = request.user.has_perm("campaigns.change_segment" if segment.pk else "campaigns.add_segment")
    context: dict[str, Any] = {
        "form": form,
        "segment": segment if segment.pk else None,
        "vocabulary": vocabulary(form.catalogue),
        "may_change": may_change,
        "words": _words_of(segment, form.catalogue),
        "used_by": [(campaign, home_of(campaign)) for campaign in campaigns_of(segment)[:20]] if segment.pk else [],
        "is_awaited": bool(segment.pk) and campaigns_waiting_for(segment).exists(),
    }
    crumbs = [Crumb(gettext_lazy("Segments"), reverse("admin:campaigns_segment_changelist"))]
    status = 422 if form.errors else 200
    return render_page(request, "campaigns/segments/segment.html", context, status=status, title=title, crumbs=crumbs)


@page("campaigns.view_segment")
@require_POST
def count(request: HttpRequest) -> JsonResponse:
    """How many the definition in the builder finds, ten of them, and the definition in words."""
    catalogue = known_catalogue()
    try:
        group = parse_definition(request.POST.get("definition", ""), catalogue)
    except InvalidDefinition as error:
        problems = [{"path": list(found.path), "text": describe_problem(found, catalogue)} for found in error.problems]
        return JsonResponse({"problems": problems})
    found = count_while_typing(group)
    people = sample(group) if found.count else []
    return JsonResponse(
        {
            "problems": [],
            "count": found.text,
            "is_one": found.count == 1 and found.is_exact,
            "words": describe(group, catalogue),
            "sample": [_person(contact) for contact in people],
        }
    )


@page("campaigns.change_segment")
@require_POST
def recount(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """Count the people of a saved segment now."""
    segment = get_object_or_404(Segment, pk=segment_id)
    try:
        count_segment(segment)
    except (TooLongError, InvalidDefinition):
        messages.warning(request, _("“%s” could not be counted in time. The earlier count stays.") % segment.name)
    return redirect("admin:campaigns_segment_changelist")


@page("campaigns.add_segment")
@require_POST
def copy(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """A second segment to change."""
    made = copy_segment(get_object_or_404(Segment, pk=segment_id), actor=actor_of(request))
    messages.success(request, _("“%s” is a copy of its own now.") % made.name)
    return redirect(CHANGE, made.pk)


def _person(contact: Contact) -> dict[str, str]:
    url = reverse("admin:campaigns_contact_person", args=[contact.pk])
    return {"name": contact.full_name, "address": display_address(contact.address), "url": url}


def _words_of(segment: Segment, catalogue: Catalogue) -> str:
    try:
        return describe(read_stored(segment.definition), catalogue) if segment.pk else ""
    except InvalidDefinition:
        return ""
