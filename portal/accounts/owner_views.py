"""What Owners do about the accounts of others: invitations, sessions, second factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.factor_changes import reset_factors
from portal.accounts.forms import InviteForm
from portal.accounts.invitations import invite, send_again, take_back
from portal.accounts.models import Invitation
from portal.accounts.second_factor import factors_of, is_second_factor_required
from portal.accounts.sessions import end_logins, logins_of
from portal.accounts.shown import show_factors, show_logins
from portal.errors import Conflict, InvalidInput
from portal.pages import Crumb, actor_of, page, render_page
from portal.ratelimit import take_turn
from portal.row_ids import row_id

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

INVITATIONS, INVITATIONS_S = 60, 3600
_CLOSED_SHOWN = 20


@page("auth.add_user")
@require_http_methods(["GET", "HEAD", "POST"])
def invitations_page(request: HttpRequest) -> HttpResponseBase:
    """Invite somebody, and who is invited."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _may_mail(request):
        try:
            made = invite(form.cleaned_data["address"], list(form.cleaned_data["roles"]), actor=actor_of(request))
        except InvalidInput as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, _("%s is invited; a mail is on its way.") % made.address)
            return redirect("invitations")
    invitations = Invitation.objects.select_related("invited_by", "accepted_by").prefetch_related("roles", "mails")
    context = {
        "form": form,
        "now": timezone.now(),
        "open": [_with_mail(row) for row in invitations.filter(state=Invitation.State.OPEN).order_by("-pk")],
        "closed": invitations.exclude(state=Invitation.State.OPEN).order_by(F("closed_at").desc())[:_CLOSED_SHOWN],
    }
    lead = _("People join by the link in a mail, with the roles that you choose here.")
    return render_page(
        request, "accounts/invitations.html", context, title=_("Invitations"), crumbs=[_people_crumb()], lead=lead
    )


@page("auth.add_user")
@require_POST
def send_invitation_again(request: HttpRequest, invitation_id: int) -> HttpResponseBase:
    """A new link for somebody who is invited."""
    get_object_or_404(Invitation, pk=invitation_id)
    try:
        if _may_mail(request):
            send_again(invitation_id, actor=actor_of(request))
            messages.success(request, _("A new link is on its way; the one before works no more."))
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("invitations")


@page("auth.add_user")
@require_POST
def revoke_invitation(request: HttpRequest, invitation_id: int) -> HttpResponseBase:
    """Somebody is invited no longer."""
    get_object_or_404(Invitation, pk=invitation_id)
    try:
        take_back(invitation_id, actor=actor_of(request))
        messages.success(request, _("The invitation is taken back; its link works no more."))
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("invitations")


@page("auth.change_user")
@require_http_methods(["GET", "HEAD"])
def access_page(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """How somebody logs in, and where that person is logged in."""
    person = _changeable(request, user_id)
    context = {
        "person": person,
        "factors": show_factors(factors_of(person)),
        "is_required": is_second_factor_required(person),
        "logins": show_logins(logins_of(person), current=request.session.session_key),
    }
    crumbs = [_people_crumb(), Crumb(person.get_username(), reverse("admin:auth_user_change", args=[person.pk]))]
    return render_page(request, "accounts/access.html", context, title=_("Logins and second step"), crumbs=crumbs)


@page("auth.change_user")
@require_POST
def end_their_logins(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """End one session of somebody, or all."""
    person, only = _changeable(request, user_id), row_id(request.POST.get("login"))
    own = request.session.session_key if person == request.user else None
    count = end_logins(person, actor=actor_of(request), only=only, but=own)
    messages.success(request, _("Logged out there: %s.") % count)
    return redirect("person_access", person.pk)


@page("auth.change_user")
@require_POST
def reset_their_factors(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """For somebody who lost the phone: the password alone is enough until a new second step is set up."""
    person = _changeable(request, user_id)
    if person == request.user:
        messages.error(request, _("Change your own second step under My account."))
        return redirect("own_account")
    reset_factors(person, actor=actor_of(request))
    messages.success(request, _("The second step is reset, and the person told by mail."))
    return redirect("person_access", person.pk)


def _changeable(request: HttpRequest, user_id: int) -> User:
    """Administrators are changed by administrators only."""
    person = get_object_or_404(User, pk=user_id)
    if person.is_superuser and not request.user.is_superuser:
        raise PermissionDenied
    return person


def _may_mail(request: HttpRequest) -> bool:
    if take_turn("invitation", str(request.user.pk), limit=INVITATIONS, per_s=INVITATIONS_S):
        return True
    messages.error(request, _("Too many invitations in an hour. Wait a little."))
    return False


def _with_mail(invitation: Invitation) -> Invitation:
    """With what became of its latest mail."""
    mails = invitation.mails.all()  # fetched with all others
    invitation.mail = max(mails, key=lambda mail: mail.pk, default=None)  # type: ignore[attr-defined]
    return invitation


def _people_crumb() -> Crumb:
    return Crumb(gettext_lazy("People & roles"), reverse("admin:auth_user_changelist"))
