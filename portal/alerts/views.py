"""One alert: what, since when, who was told; and quieting it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.alerts.models import Alert
from portal.alerts.services import quiet_for_all, quiet_for_me
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase


@page("portal.view_alert")
@require_safe
def one_alert(request: HttpRequest, alert_id: int) -> HttpResponseBase:
    """The alert and each place that was told of it."""
    alert = get_object_or_404(Alert, pk=alert_id)
    context = {
        "alert": alert,
        "notices": alert.notices.order_by("pk"),
        "is_quiet_for_me": alert.quiet_for.filter(user=actor_of(request)).exists(),
    }
    crumbs = [Crumb(_("Alerts"), reverse("admin:portal_alert_changelist"))]
    return render_page(request, "postroom/alert.html", context, title=_("Alert"), crumbs=crumbs)


@page("portal.change_alert")
@require_POST
def quiet_alert(request: HttpRequest, alert_id: int) -> HttpResponseBase:
    """Take it out of the header, for oneself or (`for=all`) for everybody."""
    alert = get_object_or_404(Alert, pk=alert_id)
    if request.POST.get("for") == "all":
        quiet_for_all(alert.pk, actor=actor_of(request))
        messages.success(request, _("The alert is out of everybody's header. It stays on this list until it is over."))
    else:
        quiet_for_me(alert.pk, actor=actor_of(request))
        messages.success(request, _("The alert is out of your header. It stays on this list until it is over."))
    return redirect("admin:portal_alert_changelist")
