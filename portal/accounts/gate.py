"""The gate: whoever must have a second factor and has none sets one up before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal.accounts.second_factor import has_second_factor, is_second_factor_required
from portal.pages import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_DONE = "second_factor_of"  # in the session: whose factor was seen
# Pages that lead to a second factor, and away.
_OPEN = frozenset(
    {
        "own_account", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes",
        "account_reauthenticate", "mfa_reauthenticate_webauthn", "jsi18n", "logout", "login", "account_login",
        "password_change", "password_change_done",
    }
)  # fmt: skip


class _Gate:
    """Middleware; looks at the page before its view does, so that public pages are not asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        if settings.REQUIRE_TWO_FACTOR == "none" or not _is_behind_login(request):
            return None
        if request.session.get(_DONE) == request.user.pk:
            return None
        if not is_second_factor_required(actor_of(request)) or _came_by_trusted_sign_on(request):
            return None
        if has_second_factor(actor_of(request)):
            request.session[_DONE] = request.user.pk
            return None
        if "json" in request.path.rpartition("/")[2]:
            return JsonResponse({"reload": True}, status=403)
        messages.warning(request, _("You need a second step for your login. Set it up here; then all pages open."))
        return redirect("own_account")


def ask_for_second_factor(get_response: Callable[[HttpRequest], HttpResponse]) -> _Gate:
    """The middleware."""
    return _Gate(get_response)


def _is_behind_login(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None or match.url_name in _OPEN or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return match.route.startswith("admin/") and request.user.is_authenticated


def _came_by_trusted_sign_on(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return settings.OIDC_COUNTS_AS_TWO_FACTOR and any(record["method"] == "socialaccount" for record in records)
