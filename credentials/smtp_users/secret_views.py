"""Showing a password, and making links that hand it over: after asking who it is, and never kept by a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from credentials.client_settings.services import account_of
from credentials.smtp_users import handover as links
from credentials.smtp_users.models import SmtpHandover, SmtpUser
from credentials.smtp_users.reveal import reveal_password
from credentials.smtp_users.views import ONE, crumb_of, home_crumb
from portal.accounts.confirm import ConfirmIdentityForm, confirm_identity
from portal.errors import PortalError
from portal.pages import actor_of, page, render_page
from portal.whole_urls import whole_url

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SHOWN_S = 60
SHOW, LINK = "show", "link"
_HOURS = {
    1: gettext_lazy("for an hour"), 24: gettext_lazy("for a day"), 72: gettext_lazy("for three days"),
    168: gettext_lazy("for a week"),
}  # fmt: skip


class PasswordForm(ConfirmIdentityForm):
    """Who asks, and how the password shall be handed over."""

    how = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=((SHOW, gettext_lazy("Show it to me")), (LINK, gettext_lazy("Make a one-time link for the person"))),
        widget=forms.RadioSelect,
        initial=SHOW,
    )
    hours = forms.TypedChoiceField(
        label=gettext_lazy("The link is valid"), choices=tuple(_HOURS.items()), coerce=int, required=False,
        initial=links.USUAL_HOURS, empty_value=str(links.USUAL_HOURS),
    )  # fmt: skip


@page("credentials.reveal_smtpuser")
@sensitive_post_parameters("proof")
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Ask who it is; then show the password, or a link to it."""
    smtp_user = get_object_or_404(SmtpUser, pk=user_id)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and confirm_identity(request, form):
        try:
            return _handed_out(request, smtp_user, form.cleaned_data)
        except PortalError as error:
            form.add_error(None, str(error))
    context = {"smtp_user": smtp_user, "form": form}
    return _page(request, "password.html", smtp_user, context, title=_("Password of %s") % smtp_user.username)


@page("credentials.reveal_smtpuser")
@require_POST
def end(request: HttpRequest, user_id: int, handover_id: int) -> HttpResponseBase:
    """Take a link back."""
    found = get_object_or_404(SmtpHandover, pk=handover_id, user=user_id)
    ended = links.end_link(found.pk, actor=actor_of(request))
    if ended.opened_at:
        messages.warning(request, _("The link was used before; make a new password if it was not by the right person."))
    else:
        messages.success(request, _("The link shows nothing any more."))
    return redirect(ONE, user_id)


@sensitive_variables("opened", "context")
def _handed_out(request: HttpRequest, smtp_user: SmtpUser, given: dict[str, Any]) -> HttpResponseBase:
    actor = actor_of(request)
    if given["how"] == LINK:
        return _link_page(request, smtp_user, links.make_link(smtp_user.pk, hours=int(given["hours"]), actor=actor))
    opened = reveal_password(smtp_user.pk, actor=actor)
    account = account_of(smtp_user, opened.key)
    context = {"smtp_user": smtp_user, "account": account, "password": opened.password, "shown_s": SHOWN_S}
    return _page(request, "shown.html", smtp_user, context, title=_("Password of %s") % smtp_user.username)


def _link_page(request: HttpRequest, smtp_user: SmtpUser, made: links.NewLink) -> HttpResponseBase:
    url = whole_url(reverse("smtp_handover", args=[made.token]))
    context = {"smtp_user": smtp_user, "handover": made.handover, "url": url}
    return _page(request, "link.html", smtp_user, context, title=_("Link for %s") % smtp_user.username)


def _page(
    request: HttpRequest, template: str, smtp_user: SmtpUser, context: dict[str, Any], *, title: str
) -> HttpResponseBase:
    crumbs = [home_crumb(), crumb_of(smtp_user)]
    return render_page(request, f"credentials/smtp_users/{template}", context, title=title, crumbs=crumbs)
