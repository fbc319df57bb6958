"""The second step of the login, and the login by passkey alone: django-allauth's views in the portal's frame."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal.accounts.second_factor import factors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


class SecondStepView(AuthenticateView):
    """Asks for a code or a passkey; the password was right already."""

    template_name = "accounts/second_step.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        credentials = {"username": self.stage.login.user.get_username()}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return get_lockout_response(request, credentials=credentials)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        kinds = set(factors_of(self.stage.login.user).values_list("type", flat=True))
        return {
            **context,
            "has_app": "totp" in kinds,
            "has_passkey": "webauthn" in kinds,
            "passkey_options": json.dumps(context["js_data"]["request_options"]),
        }


class PasskeyLoginView(LoginWebAuthnView):
    """The challenge for a passkey as JSON, and the passkey's answer."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("admin:index")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("This passkey is not known here. Log in with your password."))
        return redirect("admin:login")
