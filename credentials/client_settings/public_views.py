"""Where Thunderbird asks for the settings of a domain, without a login: the answer holds no SMTP user's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseNotFound
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from credentials.client_settings.autoconfig import autoconfig_xml
from credentials.client_settings.services import account_of_domain
from portal.middleware import client_ip
from portal.ratelimit import network_of, seconds_left, take_turn

if TYPE_CHECKING:
    from django.http import HttpRequest

ASKED_MOST, WITHIN_S = 60, 600
KEPT_S = 3600


@require_safe
@cache_control(max_age=KEPT_S)
def autoconfig(request: HttpRequest) -> HttpResponse:
    """The configuration for `emailaddress`, or for the domain that is asked: `autoconfig.<domain>` or itself."""
    if not take_turn("autoconfig", network_of(client_ip(request)), limit=ASKED_MOST, per_s=WITHIN_S):
        return HttpResponse(status=429, headers={"Retry-After": str(seconds_left(WITHIN_S))})
    host = request.get_host().partition(":")[0].removeprefix("autoconfig.")
    account = account_of_domain(request.GET.get("emailaddress", "") or host)
    if account is None:
        return HttpResponseNotFound()
    return HttpResponse(autoconfig_xml(account), content_type="application/xml")
