"""Adding and changing SMTP users, with what the policy will be while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from credentials.smtp_users.forms import SmtpUserForm, first_values
from credentials.smtp_users.models import SmtpUser
from credentials.smtp_users.preview import look_at, may_send, preview_json, split_lines
from credentials.smtp_users.services import save_smtp_user
from credentials.smtp_users.views import ONE, crumb_of, home_crumb
from portal.errors import PortalError
from portal.pages import actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

MOST_CHARS = 100_000


@page("credentials.add_smtpuser")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """A new user."""
    form = SmtpUserForm(request.POST or None)
    if request.method == "POST" and (saved := _saved(request, form, None)):
        messages.success(request, _("%s is being set up; that takes some seconds.") % saved.username)
        return redirect(ONE, saved.pk)
    return _form_page(request, form, None)


@page("credentials.change_smtpuser")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """What may be changed of one that exists."""
    smtp_user = get_object_or_404(SmtpUser, pk=user_id)
    form = SmtpUserForm(request.POST or None, smtp_user=smtp_user, initial=first_values(smtp_user))
    if request.method == "POST" and _saved(request, form, smtp_user):
        messages.success(request, _("%s is saved; IAM follows within seconds.") % smtp_user.username)
        return redirect(ONE, smtp_user.pk)
    return _form_page(request, form, smtp_user)


@page("credentials.view_smtpuser")
@require_POST
def preview(request: HttpRequest) -> HttpResponseBase:
    """What the typed lines come to, and whether one address may be sent as. Writes nothing."""
    lines = split_lines(request.POST.get("allowed_senders", "")[:MOST_CHARS])
    asked = request.POST.get("asked", "").strip()
    answer = may_send([line for line in lines if line], asked) if asked else None
    return JsonResponse(preview_json(look_at(lines), answer))


def _saved(request: HttpRequest, form: SmtpUserForm, smtp_user: SmtpUser | None) -> SmtpUser | None:
    if not form.is_valid():
        return None
    try:
        return save_smtp_user(
            form.draft(), actor=actor_of(request), user_id=smtp_user.pk if smtp_user is not None else None
        )
    except PortalError as error:
        form.add_error(None, str(error))
        return None


def _form_page(request: HttpRequest, form: SmtpUserForm, smtp_user: SmtpUser | None) -> HttpResponseBase:
    typed = str(form["allowed_senders"].value() or "")
    context = {"form": form, "smtp_user": smtp_user, "preview": look_at(split_lines(typed[:MOST_CHARS]))}
    title = _("Edit %s") % smtp_user.username if smtp_user else _("New SMTP user")
    crumbs = [home_crumb(), crumb_of(smtp_user)] if smtp_user else [home_crumb()]
    return render_page(request, "credentials/smtp_users/edit.html", context, title=title, crumbs=crumbs)
