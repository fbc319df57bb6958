"""Setting up and taking off the own second factors. Each asks first who it is, unless that was asked lately."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import view_recovery_codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.factor_changes import add_app, make_codes
from portal.accounts.frame import AccountFrame, account_crumbs
from portal.accounts.second_factor import factors_of, has_second_factor
from portal.pages import actor_of, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_confirmed = reauthentication_required(app="allauth.mfa")


@require_http_methods(["GET", "HEAD", "POST"])
@_confirmed
def add_app_page(request: HttpRequest) -> HttpResponseBase:
    """The QR code, and the first code of the app as the proof that it was read."""
    person = actor_of(request)
    if factors_of(person).filter(type=Authenticator.Type.TOTP).exists():
        return redirect("own_account")
    form = ActivateTOTPForm(request.POST or None, user=person)
    if request.method == "POST" and form.is_valid():
        add_app(request, person, form.secret)
        messages.success(request, _("Your login asks for a code of your app from now on."))
        return redirect("mfa_view_recovery_codes")
    context = {"form": form, "secret": _in_fours(form.secret), "qr_uri": _qr_uri(request, form.secret)}
    title = _("Add an authenticator app")
    return render_page(request, "accounts/add_app.html", context, title=title, crumbs=account_crumbs())


@require_POST
@_confirmed
def remove_factor(request: HttpRequest, factor_id: int) -> HttpResponseBase:
    """An app or a passkey goes; the recovery codes with the last of them."""
    factor = get_object_or_404(factors_of(actor_of(request)), pk=factor_id)
    if not get_adapter().can_delete_authenticator(factor):
        messages.error(request, _("You need a second step. Add another one before you remove this."))
    else:
        delete_and_cleanup(request, factor)
        messages.success(request, _("It is removed, and asked for no longer."))
    return redirect("own_account")


@require_http_methods(["GET", "HEAD"])
@_confirmed
def codes_page(request: HttpRequest) -> HttpResponseBase:
    """The recovery codes, the first time only."""
    codes, may_see = view_recovery_codes(request)
    if codes is None:
        return redirect("own_account")
    context = {"codes": codes.get_unused_codes() if may_see else [], "left": len(codes.get_unused_codes())}
    title = _("Recovery codes")
    return render_page(request, "accounts/codes.html", context, title=title, crumbs=account_crumbs())


@require_POST
@_confirmed
def new_codes(request: HttpRequest) -> HttpResponseBase:
    """Ten new codes instead of the earlier ones."""
    if has_second_factor(actor_of(request)):
        make_codes(request, actor_of(request))
    return redirect("mfa_view_recovery_codes")


class PasskeyAddView(AccountFrame, AddWebAuthnView):
    """A passkey or security key of this device."""

    template_name = "accounts/add_passkey.html"
    title = gettext_lazy("Add a passkey")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "passkey_options": json.dumps(context["js_data"]["creation_options"])}

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("Your passkey is added."))
        return answer


class PasskeyConfirmView(AccountFrame, ReauthenticateWebAuthnView):
    """Asking somebody who is logged in once more who they are, by passkey."""

    template_name = "accounts/confirm_by_passkey.html"
    title = gettext_lazy("Is it you?")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not get_account_adapter().get_reauthentication_methods(request.user):
            return redirect("own_account")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "passkey_options": json.dumps(context["js_data"]["request_options"])}

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("This passkey is not yours, or the time was over. Try it once more."))
        return redirect(reverse("mfa_reauthenticate_webauthn"))


def _qr_uri(request: HttpRequest, secret: str) -> str:
    """The QR code as an image inside the page: no other address ever serves it."""
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(actor_of(request), secret))
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _in_fours(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
