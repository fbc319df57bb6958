"""What the buttons of an import do: one POST, one service, back to the import, whose page says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.importing import services
from campaigns.importing.models import ContactImport
from campaigns.importing.screen import Status, home_of, import_or_404
from portal.errors import Conflict, PortalError
from portal.pages import actor_of, page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

ACTS: dict[str, Callable[..., ContactImport]] = {
    "start": services.start_import,
    "cancel": services.cancel_import,
    "undo": services.start_undo,
}
# Pressing a button again that has done its deed is no mistake worth a word.
DONE_ALREADY = {
    "start": {Status.IMPORTING, Status.COMPLETED},
    "cancel": {Status.CANCELLED, Status.FAILED},
    "undo": {Status.UNDOING, Status.UNDONE},
}


@page("campaigns.change_contactimport")
@require_POST
def do_deed(request: HttpRequest, import_id: int, deed: str) -> HttpResponseBase:
    """Carry out one of ACTS and go to the step that the import is at now."""
    import_or_404(import_id)
    try:
        ACTS[deed](import_id, actor=actor_of(request))
    except Conflict as error:
        if import_or_404(import_id).status not in DONE_ALREADY[deed]:
            messages.error(request, str(error))
    except PortalError as error:
        messages.error(request, str(error))
    return redirect(home_of(import_or_404(import_id)))


@page("campaigns.change_contactimport")
@require_POST
def accept_fix(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Mend all rows of one cause, and check again."""
    import_or_404(import_id)
    code, value = request.POST.get("code", ""), request.POST.get("value", "")
    try:
        services.accept_fix(import_id, code=code, value=value, actor=actor_of(request))
    except PortalError as error:
        if import_or_404(import_id).status != Status.CHECKING:
            messages.error(request, str(error))
    else:
        messages.success(request, _("Mended. The file is being checked again."))
    return redirect(home_of(import_or_404(import_id)))
