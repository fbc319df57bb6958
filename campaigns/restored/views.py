"""The page of a restored installation: what was noticed, what would leave, and the word of an owner."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from campaigns.restored.rows import campaigns_that_would_send, last_deed, other_waiting
from campaigns.sending.screen import home_of
from portal.errors import PortalError
from portal.generation.models import Generation
from portal.generation.services import Cause, ask_to_go_on
from portal.pages import actor_of, page, render_page

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

_NOTICED = {
    Cause.BEHIND: gettext_lazy(
        "This database is older than the installation it belongs to: what stands at the queues is further on. A backup "
        "was restored."
    ),
    Cause.FOREIGN: gettext_lazy(
        "The queues belong to another database than this one. This is a copy, or a backup from another time."
    ),
    Cause.NO_MARK: gettext_lazy(
        "The queues do not know this database, which has sent from another place before. It was moved or copied."
    ),
}


@page("campaigns.view_campaign")
@require_http_methods(["GET", "HEAD", "POST"])
def restored(request: HttpRequest) -> HttpResponseBase:
    """What is held and why; owners may confirm."""
    if request.method == "POST":
        if not request.user.has_perm("portal.confirm_generation"):
            raise PermissionDenied
        try:
            ask_to_go_on(actor=actor_of(request), reason=request.POST.get("reason", ""))
        except PortalError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("Confirmed. Sending is possible again once everything is settled, in a minute.")
            )
        return redirect("admin:restored")
    held = Generation.objects.filter(held_since__isnull=False).first()
    context = _held_context(held) if held else {"held": None}
    return render_page(request, "campaigns/restored.html", context, title=_("Restored data"), lead=_LEAD)


_LEAD = gettext_lazy("A restored or copied database never sends by itself.")


def _held_context(held: Generation) -> dict[str, Any]:
    facts = held.held_facts
    return {
        "held": held,
        "noticed": _NOTICED[Cause(held.held_cause)],
        "database_at": _moment(facts.get("database_at", "")),
        "mark_at": _moment(facts.get("mark_at", "")),
        "last_deed": last_deed(),
        "campaigns": [(each, home_of(each.campaign)) for each in campaigns_that_would_send()],
        "others": other_waiting(),
    }


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
