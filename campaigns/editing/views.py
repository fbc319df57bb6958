"""What an open form tells the portal by itself: what was typed so far, that it is not wanted, who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from campaigns.editing.drafts import drop_draft, keep_draft, typed_fields
from campaigns.editing.places import may_write, may_write_anything, posted_place, stored_stamp
from campaigns.editing.presence import announce, leave, others_at
from portal.errors import InvalidInput
from portal.pages import actor_of

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from campaigns.editing.places import Place


@require_POST
def keep_unsaved(request: HttpRequest) -> HttpResponseBase:
    """Keep what stands in the form."""
    place = _place_or_none(request)
    if place is None:
        return HttpResponseBadRequest()
    try:
        fields = typed_fields(request.POST)
    except InvalidInput as error:
        return HttpResponse(str(error), status=413)
    draft = keep_draft(place, user=actor_of(request), fields=fields, read_at=request.POST.get("read_at", ""))
    return JsonResponse({"kept_at": draft.kept_at.isoformat()})


@require_POST
def drop_unsaved(request: HttpRequest) -> HttpResponseBase:
    """Throw away what was kept, and show what is stored."""
    place = _place_or_none(request)
    if place is None:
        return HttpResponseBadRequest()
    drop_draft(place, actor_of(request))
    return redirect(place.url)


@require_POST
def tell_presence(request: HttpRequest) -> HttpResponseBase:
    """Say that somebody is there (or leaves); answers who else is, and which saving the stored row is of."""
    place = _place_or_none(request)
    if place is None:
        return HttpResponseBadRequest()
    person = actor_of(request)
    if "leaves" in request.POST:
        leave(place, person)
        return HttpResponse(status=204)
    announce(place, person)
    others = [editor.as_dict() for editor in others_at(place, person)]
    return JsonResponse({"others": others, "stamp": stored_stamp(place)})


def _place_or_none(request: HttpRequest) -> Place | None:
    """The place that the page names, where its reader may write. Raises PermissionDenied."""
    place = posted_place(request.POST)
    if not may_write_anything(request.user) or (place and not may_write(request.user, place)):
        raise PermissionDenied
    return place
