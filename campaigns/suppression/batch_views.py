"""Pages for many addresses at once: paste or upload, look, add, take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from campaigns.suppression import batches
from campaigns.suppression.batch_reading import UNKNOWN_REASON, UNREADABLE
from campaigns.suppression.forms import ManyForm
from campaigns.suppression.models import Suppression, SuppressionBatch
from portal.address_words import address_problem
from portal.errors import PortalError
from portal.mail.address import InvalidAddress
from portal.pages import Crumb, actor_of, page, render_page
from portal.wording import format_count

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SHOWN_LINES = 50
SHOWN_PROBLEMS = 100
SHOWN_BATCHES = 10
Status = SuppressionBatch.Status


@page("campaigns.add_suppression")
def many(request: HttpRequest) -> HttpResponseBase:
    """Paste or upload; the next page shows what would be added."""
    form = ManyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_url_of(_checked(form, request)))
        except PortalError as error:
            form.add_error(None, str(error))
    frame: dict[str, Any] = {
        "title": _("Suppress many addresses"),
        "lead": _("Nothing is added before you have seen what would be."),
        "crumbs": [_list_crumb()],
    }
    latest = SuppressionBatch.objects.exclude(status=Status.DISCARDED).order_by("-pk").select_related("created_by")
    context = {"form": form, "batches": latest[:SHOWN_BATCHES]}
    return render_page(request, "campaigns/suppression/many.html", context, **frame)


@page("campaigns.view_suppression")
def batch(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """What would be added, or what came of it."""
    found = get_object_or_404(SuppressionBatch.objects.select_related("created_by"), pk=batch_id)
    lines = list(found.lines.order_by("number")[:SHOWN_LINES])
    context = {
        "batch": found,
        "lines": [(line, Suppression.Reason(line.reason).label) for line in lines],
        "more_lines": max(0, found.new_count - len(lines)) if lines else 0,
        "problems": [(number, text, _problem_text(code)) for number, text, code in found.problems[:SHOWN_PROBLEMS]],
        "more_problems": max(0, found.problem_count - SHOWN_PROBLEMS),
        "still_count": found.added.count() if found.status == Status.ADDED else 0,
    }
    crumbs = [_list_crumb(), Crumb(_("Suppress many addresses"), reverse("admin:campaigns_suppression_many"))]
    return render_page(request, "campaigns/suppression/batch.html", context, title=found.name, crumbs=crumbs)


@page("campaigns.add_suppression")
@require_POST
def decide(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """Add the batch, or throw it away."""
    found = get_object_or_404(SuppressionBatch, pk=batch_id)
    try:
        if request.POST.get("deed") == "add":
            added = batches.add_batch(batch_id, actor=actor_of(request))
            text = ngettext("%s address gets no more mail.", "%s addresses get no more mail.", added.new_count)
            messages.success(request, text % format_count(added.new_count))
            return redirect(_url_of(found))
        batches.discard_batch(batch_id)
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(_url_of(found))
    messages.success(request, _("Thrown away. Nothing was added."))
    return redirect("admin:campaigns_suppression_many")


@page("campaigns.delete_suppression")
@require_POST
def undo(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """Let mail go again to those whom the batch stopped."""
    found = get_object_or_404(SuppressionBatch, pk=batch_id)
    try:
        count = batches.undo_batch(batch_id, reason_text=request.POST.get("reason_text", ""), actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%s addresses may get mail again.") % format_count(count))
    return redirect(_url_of(found))


def _checked(form: ManyForm, request: HttpRequest) -> SuppressionBatch:
    given, actor = form.cleaned_data, actor_of(request)
    words = {"reason": given["reason"], "note": given["note"]}
    if given["file"]:
        return batches.check_file(given["file"].read(), name=given["file"].name, actor=actor, **words)
    return batches.check_pasted(given["addresses"], actor=actor, **words)


def _problem_text(code: str) -> str:
    if code == UNKNOWN_REASON:
        return _("A reason that Postroom does not know.")
    if code == UNREADABLE:
        return _("The row cannot be read: it has another number of cells than the others, or a broken quotation mark.")
    return address_problem(InvalidAddress(code, ""))


def _url_of(found: SuppressionBatch) -> str:
    return reverse("admin:campaigns_suppression_batch", args=[found.pk])


def _list_crumb() -> Crumb:
    return Crumb(_("Suppressions"), reverse("admin:campaigns_suppression_changelist"))
