"""The page about the list that SES keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.suppression.ses_screen import put_back, sync_context
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@page("campaigns.view_suppression")
@require_GET
def ses_list(request: HttpRequest) -> HttpResponseBase:
    """When the lists were last compared, where they differ, what went wrong."""
    frame: dict[str, Any] = {
        "title": _("The list in SES"),
        "lead": _("SES keeps a suppression list of its own for the account. Postroom holds the two together."),
        "crumbs": [Crumb(_("Suppressions"), reverse("admin:campaigns_suppression_changelist"))],
    }
    return render_page(request, "campaigns/suppression/ses_list.html", sync_context(), **frame)


@page("campaigns.add_suppression")
@require_POST
def put_back_one(request: HttpRequest, suppression_id: int) -> HttpResponseBase:
    """Put one address on the list in SES again."""
    try:
        put_back(suppression_id, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is put on the list in SES within the next minutes."))
    return redirect("admin:campaigns_suppression_ses")
