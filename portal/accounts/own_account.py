"""The page of one's own account: name, address, password, second factors, and where one is logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.confirm import ConfirmIdentityForm, confirm_identity
from portal.accounts.forms import AddressForm, NameForm
from portal.accounts.frame import account_crumbs
from portal.accounts.own_changes import ask_for_new_address, disconnect_sign_on, rename
from portal.accounts.second_factor import factors_of, is_second_factor_required
from portal.accounts.sessions import end_logins, logins_of
from portal.accounts.shown import show_factors, show_logins
from portal.errors import Conflict
from portal.pages import actor_of, render_page
from portal.row_ids import row_id

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@require_http_methods(["GET", "HEAD", "POST"])
def own_account(request: HttpRequest) -> HttpResponseBase:
    """Everything of the account at a glance; the name is changed right here."""
    person = actor_of(request)
    form = NameForm(request.POST or None, initial={"first_name": person.first_name, "last_name": person.last_name})
    if request.method == "POST" and form.is_valid():
        rename(person, **form.cleaned_data)
        messages.success(request, _("Your name is saved."))
        return redirect("own_account")
    context = {
        "form": form,
        "person": person,
        "roles": [group.name for group in person.groups.order_by("id")],
        "factors": show_factors(factors_of(person)),
        "has_app": factors_of(person).filter(type=Authenticator.Type.TOTP).exists(),
        "is_required": is_second_factor_required(person),
        "signs_on": SocialAccount.objects.filter(user=person).exists(),
        "logins": show_logins(logins_of(person), current=request.session.session_key),
    }
    return render_page(request, "accounts/own_account.html", context, title=_("My account"))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest) -> HttpResponseBase:
    """Asks once more who it is, then goes on with what was wanted."""
    ways = get_adapter().get_reauthentication_methods(actor_of(request))
    here = reverse("account_reauthenticate")
    if not any(way["url"] == here for way in ways):
        return redirect(f"{ways[0]['url']}?{request.GET.urlencode()}" if ways else "own_account")
    form = ConfirmIdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and confirm_identity(request, form):
        return resume_request(request) or redirect("own_account")
    context = {
        "form": form,
        "other_ways": [way for way in ways if way["url"] != here],
        "query": request.GET.urlencode(),
    }
    return render_page(request, "accounts/confirm.html", context, title=_("Is it you?"), crumbs=account_crumbs())


@require_http_methods(["GET", "HEAD", "POST"])
def address_page(request: HttpRequest) -> HttpResponseBase:
    """The wish for another address; it counts when the link that goes there was used."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and confirm_identity(request, form):
        try:
            ask_for_new_address(actor_of(request), form.cleaned_data["address"])
        except Conflict as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("A mail with a link went to the new address. Nothing changes before you use it.")
            )
        return redirect("own_account")
    title = _("Change your address")
    return render_page(request, "accounts/address.html", {"form": form}, title=title, crumbs=account_crumbs())


@require_POST
@reauthentication_required(app="allauth.mfa")
def remove_sign_on(request: HttpRequest) -> HttpResponseBase:
    """Disconnect single sign-on from the own account."""
    try:
        disconnect_sign_on(actor_of(request))
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is disconnected. Coming by single sign-on once more connects it again."))
    return redirect("own_account")


@require_POST
def end_own_logins(request: HttpRequest) -> HttpResponseBase:
    """End one of the own sessions, or all but this."""
    only = row_id(request.POST.get("login"))
    person, key = actor_of(request), request.session.session_key
    count = end_logins(person, actor=person, only=only, but=key)
    messages.success(request, _("Logged out there: %s.") % count)
    return redirect("own_account")
