"""The one-time link to a password, without a login. Looking shows one button and uses nothing up; only POST does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from credentials.client_settings.guides import guides_for
from credentials.client_settings.refusals import REFUSALS
from credentials.client_settings.services import account_of
from credentials.smtp_users import handover as links
from portal.errors import ConfigurationError, Conflict, OutsideError
from portal.middleware import client_ip
from portal.ratelimit import network_of, seconds_left, take_turn

if TYPE_CHECKING:
    from django.http import HttpRequest

    from credentials.smtp_users.models import SmtpHandover
    from credentials.smtp_users.reveal import Opened

GUESSES, WITHIN_S = 20, 600
HIDDEN_AFTER_S = 600
_GONE, _UNAVAILABLE, _TOO_MANY = 410, 503, 429


@csrf_exempt  # no cookie comes with it; the link is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, token: str) -> HttpResponse:
    """One link; a guess is a 404, and many of them are slowed down."""
    found = links.find_link(token)
    if found is None:
        return _guessed(request)
    if request.method == "POST" and links.is_open(found):
        return _private(_opened(request, found))
    status = 200 if links.is_open(found) else _GONE
    return _private(render(request, "credentials/smtp_users/handover.html", _context(found), status=status))


def _guessed(request: HttpRequest) -> HttpResponse:
    if not take_turn("smtp_handover", network_of(client_ip(request)), limit=GUESSES, per_s=WITHIN_S):
        return HttpResponse(status=_TOO_MANY, headers={"Retry-After": str(seconds_left(WITHIN_S))})
    raise Http404


@sensitive_variables("opened", "context")
def _opened(request: HttpRequest, found: SmtpHandover) -> HttpResponse:
    try:
        opened = links.open_link(found, ip_address=client_ip(request) or None)
    except Conflict as error:
        found.refresh_from_db()
        return _told(request, found, str(error), status=_GONE)
    except (ConfigurationError, OutsideError):
        text = _("The password cannot be opened right now. The link is not used up: try again in some minutes.")
        return _told(request, found, text, status=_UNAVAILABLE)
    return render(request, "credentials/smtp_users/handover_password.html", _shown(found, opened))


def _shown(found: SmtpHandover, opened: Opened) -> dict[str, Any]:
    account = account_of(found.user, opened.key)
    return {
        "smtp_user": found.user, "account": account, "password": opened.password, "guides": guides_for(account),
        "refusals": REFUSALS, "hidden_after_s": HIDDEN_AFTER_S,
    }  # fmt: skip


def _told(request: HttpRequest, found: SmtpHandover, problem: str, *, status: int) -> HttpResponse:
    context = {**_context(found), "problem": problem}
    response = render(request, "credentials/smtp_users/handover.html", context, status=status)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  # Django would log the path: the link
    return response


def _context(found: SmtpHandover) -> dict[str, Any]:
    return {"handover": found, "smtp_user": found.user, "is_open": links.is_open(found)}


def _private(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
