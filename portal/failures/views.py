"""The failures page, one dead-letter queue, and trying again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.errors import Conflict, InvalidInput, OutsideError
from portal.failures.letters import dead_letter_counts, look_at
from portal.failures.models import Redrive
from portal.failures.screen import DISCARD_MESSAGES, Line, find_line, lines_for, may_try
from portal.failures.services import discard_messages, try_again
from portal.pages import Crumb, actor_of, page, render_page
from portal.queues import QUEUES, Queue, QueueName
from portal.wording import format_count

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

VIEW = "portal.view_failedmessage"
RECENT = 5
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@page(VIEW)
@require_safe
def failures(request: HttpRequest) -> HttpResponseBase:
    """All causes, or (`place=`) those of one place; `format=csv` as a file."""
    everything = lines_for(actor_of(request))
    places = {line.place: line.where for line in everything}
    chosen = request.GET.get("place", "")
    lines = [line for line in everything if not chosen or line.place == chosen]
    if request.GET.get("format") == "csv":
        return _as_csv(lines)
    context = {
        "lines": lines,
        "places": sorted(places.items(), key=lambda place: place[1]),
        "chosen": chosen if chosen in places else "",
        "total": sum(line.count for line in lines),
        "redrives": Redrive.objects.order_by("-pk")[:RECENT],
    }
    return render_page(request, "postroom/failures/list.html", context, title=_("Failures"))


@page(VIEW)
@require_safe
def queue_page(request: HttpRequest, queue_name: str) -> HttpResponseBase:
    """What lies in one dead-letter queue."""
    queue = _queue_or_404(queue_name)
    place = f"queue:{queue.name}"
    problem, seen = "", []
    try:
        seen = look_at(queue)
    except OutsideError as error:
        problem = str(error)
    context = {
        "queue": queue,
        "place": place,
        "seen": seen,
        "count": dead_letter_counts().get(queue.name, len(seen)),
        "oldest_at": next((each.sent_at for each in seen if each.sent_at), None),
        "problem": problem,
        "can_try": may_try(actor_of(request), place),
        "can_discard": request.user.has_perm(DISCARD_MESSAGES),
        "busy": Redrive.objects.filter(place=place, finished_at=None).first(),
    }
    title = _("Put aside: queue %s") % queue.name
    return render_page(request, "postroom/failures/queue.html", context, title=title, crumbs=[failures_crumb()])


@page(VIEW)
@require_POST
def try_one_place(request: HttpRequest) -> HttpResponseBase:
    """Begin with one; the page of the redrive shows how it goes."""
    place, key = request.POST.get("place", ""), request.POST.get("cause", "")
    if not may_try(actor_of(request), place):
        raise PermissionDenied
    line = find_line(actor_of(request), place, key)
    if line is None and not (place.startswith("queue:") and not key):
        return _refused(request, _("Nothing of this is left to be tried."))
    label, planned = (line.label, line.count) if line else (place.partition(":")[2], _in_queue(place))
    try:
        redrive = try_again(place, cause_key=key, label=label, planned=planned, actor=actor_of(request))
    except (Conflict, InvalidInput) as error:
        return _refused(request, str(error))
    return redirect("admin:failures_redrive", redrive.pk)


@page(DISCARD_MESSAGES)
@require_POST
def discard(request: HttpRequest, queue_name: str) -> HttpResponseBase:
    """Delete what lies in a dead-letter queue, with a reason."""
    queue = _queue_or_404(queue_name)
    try:
        redrive = discard_messages(
            queue.name,
            label=_("Queue %s") % queue.name,
            planned=_in_queue(f"queue:{queue.name}"),
            reason=request.POST.get("reason", ""),
            actor=actor_of(request),
        )
    except (Conflict, InvalidInput) as error:
        messages.error(request, str(error))
        return redirect("admin:failures_queue", queue.name)
    return redirect("admin:failures_redrive", redrive.pk)


@page(VIEW)
@require_safe
def redrive_page(request: HttpRequest, redrive_id: int) -> HttpResponseBase:
    """How far one is, and why it stopped."""
    redrive = get_object_or_404(Redrive.objects.select_related("requested_by"), pk=redrive_id)
    context = {"redrive": redrive, "moved_text": moved_text(redrive)}
    return render_page(
        request,
        "postroom/failures/redrive.html",
        context,
        title=capfirst(redrive.get_deed_display()),
        lead=redrive.label,
        crumbs=[failures_crumb()],
    )


@page(VIEW)
@require_safe
def redrive_json(request: HttpRequest, redrive_id: int) -> JsonResponse:
    """For the page while it runs; asks for a reload when the step is another than `?status=` says."""
    redrive = get_object_or_404(Redrive, pk=redrive_id)
    is_other = request.GET.get("status", redrive.status) != redrive.status
    answer: dict[str, Any] = {"moved_text": moved_text(redrive), "final": not redrive.is_open, "reload": is_other}
    return JsonResponse(answer)


def moved_text(redrive: Redrive) -> str:
    """How many of about how many."""
    counts = {"moved": format_count(redrive.moved_count), "planned": format_count(redrive.planned_count)}
    return _("%(moved)s of about %(planned)s") % counts


def failures_crumb() -> Crumb:
    """The way back to all failures."""
    return Crumb(_("Failures"), reverse("admin:failures"))


def failures_urls() -> list[URLPattern]:
    """Addresses of all pages of failures, for the admin site."""
    one = "failures/tried/<int:redrive_id>"
    return [
        path("failures/", failures, name="failures"),
        path("failures/again/", try_one_place, name="failures_again"),
        path("failures/queues/<str:queue_name>/", queue_page, name="failures_queue"),
        path("failures/queues/<str:queue_name>/discard/", discard, name="failures_discard"),
        path(f"{one}/", redrive_page, name="failures_redrive"),
        path(f"{one}.json", redrive_json, name="failures_redrive_json"),
    ]


def _queue_or_404(name: str) -> Queue:
    try:
        return QUEUES[QueueName(name)]
    except ValueError:
        raise Http404 from None


def _in_queue(place: str) -> int:
    return dead_letter_counts().get(place.partition(":")[2], 0)


def _refused(request: HttpRequest, text: str) -> HttpResponseBase:
    messages.error(request, text)
    return redirect("admin:failures")


def _as_csv(lines: list[Line]) -> HttpResponse:
    """With a byte order mark for spreadsheets; a cell that a spreadsheet would calculate gets an apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([_("Where"), _("Cause"), _("How many"), _("First"), _("Last"), _("What to do")])
    for line in lines:
        cells = [line.where, line.text, str(line.count), _moment(line.first_at), _moment(line.last_at), line.cure]
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in cells])
    name = f"failures-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _moment(at: Any) -> str:
    return at.isoformat(timespec="seconds") if at else ""
