"""What people of ours do about lists that somebody left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.audience.models import Contact
from campaigns.preferences.models import ListOptOut
from campaigns.preferences.opt_outs import let_back_on
from portal.errors import PortalError
from portal.pages import actor_of, page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@page("campaigns.change_contact")
@require_POST
def let_back(request: HttpRequest, contact_id: int, opt_out_id: int) -> HttpResponseBase:
    """Put a person back on a list that they left, with the reason."""
    contact = get_object_or_404(Contact, pk=contact_id)
    get_object_or_404(ListOptOut, pk=opt_out_id, address_key=contact.address_key)
    why = request.POST.get("why", "").replace("\0", "")
    try:
        let_back_on(opt_out_id, contact=contact, why=why, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("They are on the list again; your reason is kept."))
    return redirect("admin:campaigns_contact_person", contact_id)


def person_preferences_urls() -> list[URLPattern]:
    """Addresses below the list of contacts."""
    return [path("<int:contact_id>/left/<int:opt_out_id>/", let_back, name="campaigns_contact_let_back")]
