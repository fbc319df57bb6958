"""The page of test mail: whether mail comes in, how long it takes, and the last of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.errors import PortalError
from portal.pages import actor_of, page, render_page
from routing.canary import screen
from routing.canary.services import ask_for_canary, canary_recipient

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

HOME = "admin:routing_canaryrun_changelist"


@page("routing.view_canaryrun")
@require_safe
def overview(request: HttpRequest) -> HttpResponseBase:
    """The last test mails with the time of each step."""
    context = {
        "lines": screen.last_lines(),
        "summary": screen.summary_of_day(),
        "recipient": canary_recipient(),
        "every_min": settings.CANARY_EVERY_MIN,
        "late_s": settings.CANARY_LATE_MIN * 60,
    }
    lead = _(
        "Postroom writes to itself through SES and waits for the mail to come in, all the way to where a rule puts it."
    )
    return render_page(request, "routing/canary/list.html", context, title=_("Test mail"), lead=lead)


@page("routing.add_canaryrun")
@require_POST
def send(request: HttpRequest) -> HttpResponseBase:
    """Have one sent now."""
    try:
        ask_for_canary(actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("A test mail is being sent. What became of it stands here within a minute or two."))
    return redirect(HOME)
