"""Pages without a login: a lost password, an invitation, the confirmation of a new address.

Looking changes nothing (scanners of mail open links); a button does. None tells whether an address is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts.forms import JoinForm, LostPasswordForm
from portal.accounts.invitations import Newcomer, accept
from portal.accounts.links import read_invitation, read_new_address, read_password_link
from portal.accounts.own_changes import ask_for_password, change_address, set_lost_password
from portal.accounts.people import NameTaken, free_username
from portal.errors import Conflict
from portal.middleware import client_ip
from portal.ratelimit import network_of, take_turn

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_reads_and_answers = require_http_methods(["GET", "HEAD", "POST"])
TRIES_OF_A_NETWORK, TRIES_S = 60, 3600


@never_cache
@_reads_and_answers
def lost_password(request: HttpRequest) -> HttpResponse:
    """Asks for the address; the answer is the same whatever was typed."""
    _only_with_passwords()
    form = LostPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ask_for_password(form.cleaned_data["address"], ip_address=client_ip(request)):
            return _told(request, _("Too many at once"), _("Please try it again in an hour."), status=429)
        return _told(
            request,
            _("Look into your mailbox"),
            _("If somebody here has this address, a mail with a link goes there now. It works for a few hours."),
        )
    return _show(request, "accounts/lost_password.html", form=form)


@never_cache
@sensitive_post_parameters()
@_reads_and_answers
def set_password(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: a new password, once."""
    _only_with_passwords()
    user = _within_limits(request) and read_password_link(token)
    if not user:
        return _dead(request, _("Ask for a new one on the login page."))
    form = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_lost_password(user, form.cleaned_data["new_password1"])
        messages.success(request, _("Your password is changed. Log in with it."))
        return redirect("admin:login")
    return _show(request, "accounts/set_password.html", form=form, username=user.get_username())


@never_cache
@sensitive_post_parameters()
@_reads_and_answers
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: name and password, or single sign-on."""
    invitation = _within_limits(request) and read_invitation(token)
    if not invitation:
        return _dead(request, _("Ask the person who invited you for a new one."))
    form = JoinForm(request.POST or None, initial={"username": free_username(invitation.address.partition("@")[0])})
    if request.method == "POST" and settings.ALLOW_PASSWORD_LOGIN and form.is_valid():
        said = form.cleaned_data
        try:
            accept(invitation, Newcomer(said["username"], said["full_name"], said["password1"]))
        except NameTaken as error:
            form.add_error("username", str(error))
        except Conflict as error:
            return _told(request, _("You cannot join with this link"), str(error), status=409)
        else:
            messages.success(request, _("Welcome. Log in with your new name and password."))
            return redirect("admin:login")
    sign_on_name = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
    return _show(
        request, "accounts/join.html", form=form, invitation=invitation, sign_on_name=sign_on_name,
        password_allowed=settings.ALLOW_PASSWORD_LOGIN,
    )  # fmt: skip


@never_cache
@_reads_and_answers
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """The link that went to a new address."""
    wish = _within_limits(request) and read_new_address(token)
    if not wish:
        return _dead(request, _("Change your address once more under My account."))
    if request.method != "POST":
        return _show(request, "accounts/confirm_address.html", address=wish.new)
    if change_address(wish) is None:
        return _dead(request, _("It was used already, or something else changed meanwhile."))
    return _told(request, _("Your address is confirmed"), _("Mails about your account go to it from now on."))


def _only_with_passwords() -> None:
    if not settings.ALLOW_PASSWORD_LOGIN:
        raise Http404


def _within_limits(request: HttpRequest) -> bool:
    return take_turn("account_link", network_of(client_ip(request)), limit=TRIES_OF_A_NETWORK, per_s=TRIES_S)


def _dead(request: HttpRequest, what_next: str) -> HttpResponse:
    text = _("It is too old, was used already, or was cut off.") + " " + what_next
    return _told(request, _("This link does not work"), text, status=404)


def _told(request: HttpRequest, heading: str, text: str, *, status: int = 200) -> HttpResponse:
    return render(request, "accounts/told.html", {"heading": heading, "text": text}, status=status)


def _show(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, template, context)
