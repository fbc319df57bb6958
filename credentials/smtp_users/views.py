"""The page of one SMTP user: how it stands, what is done with it, and the files for mail programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from credentials.client_settings.autoconfig import autoconfig_xml
from credentials.client_settings.guides import APPLE_FILE, THUNDERBIRD_FILE, guides_for
from credentials.client_settings.mobileconfig import mobileconfig
from credentials.client_settings.refusals import REFUSALS
from credentials.client_settings.services import account_of
from credentials.smtp_users import preview, screen, services
from credentials.smtp_users.drift import open_drifts
from credentials.smtp_users.drift_cure import ask_cure
from credentials.smtp_users.drift_wording import drift_lines
from credentials.smtp_users.models import SmtpDrift, SmtpUser
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

HOME = "admin:credentials_smtpuser_changelist"
ONE = "admin:credentials_smtpuser_change"
VIOLATIONS_SHOWN = 20
LONGER = timedelta(days=7)


def home_crumb() -> Crumb:
    """The step to the list."""
    return Crumb(gettext_lazy("SMTP users"), reverse(HOME))


def crumb_of(smtp_user: SmtpUser) -> Crumb:
    """The step to the page of one user."""
    return Crumb(smtp_user.username, reverse(ONE, args=[smtp_user.pk]))


@page("credentials.view_smtpuser")
@never_cache
@require_GET
def one(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """One user."""
    smtp_user = get_object_or_404(SmtpUser.objects.select_related("created_by"), pk=user_id)
    sees_login = request.user.has_perm("credentials.reveal_smtpuser")
    context = {**_standing(smtp_user, sees_login=sees_login), **_history(smtp_user, sees_login=sees_login)}
    asked = request.GET.get("as", "").strip()
    context["asked"], context["answer"] = asked, preview.may_send(smtp_user.allowed_senders, asked) if asked else None
    return render_page(
        request, "credentials/smtp_users/one.html", context, title=smtp_user.username, crumbs=[home_crumb()],
        lead=smtp_user.description,
    )  # fmt: skip


@page("credentials.view_smtpuser")
@never_cache
@require_GET
def state(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """What the page asks every two seconds while a worker is at it."""
    smtp_user = SmtpUser.objects.filter(pk=user_id).first()
    if smtp_user is None:
        return JsonResponse({"reload": True})
    is_new = request.GET.get("seen", "") != screen.fingerprint(smtp_user)
    return JsonResponse({"reload": is_new, "final": not is_new and not screen.is_moving(smtp_user)})


@page("credentials.change_smtpuser")
@require_POST
def deed(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """One deed with one user."""
    smtp_user = get_object_or_404(SmtpUser, pk=user_id)
    name = request.POST.get("deed", "")
    if name in _DELETING and not request.user.has_perm("credentials.delete_smtpuser"):
        name = ""
    if name in DEEDS:
        act, told = DEEDS[name]
        try:
            act(smtp_user.pk, actor=actor_of(request))
        except PortalError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, str(told) % {"name": smtp_user.username})
    return redirect(ONE, smtp_user.pk) if SmtpUser.objects.filter(pk=user_id).exists() else redirect(HOME)


@page("credentials.change_smtpuser")
@require_POST
def cure(request: HttpRequest, drift_id: int) -> HttpResponseBase:
    """Have one difference on IAM cured; what belongs to nobody is deleted by people who may delete."""
    row = get_object_or_404(SmtpDrift, pk=drift_id)
    if row.user_id is None and not request.user.has_perm("credentials.delete_smtpuser"):
        raise PermissionDenied
    try:
        ask_cure(row.pk, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is being cured; that takes some seconds."))
    return redirect(ONE, row.user_id) if row.user_id else redirect(HOME)


@page("credentials.view_smtpuser")
@require_GET
def settings_file(request: HttpRequest, user_id: int, kind: str) -> HttpResponseBase:
    """The file for Thunderbird or Apple Mail, without a password."""
    smtp_user = get_object_or_404(SmtpUser, pk=user_id)
    sees_login = request.user.has_perm("credentials.reveal_smtpuser")
    account = account_of(smtp_user, smtp_user.current_key, shows_login=sees_login)
    if kind == THUNDERBIRD_FILE:
        return _download(autoconfig_xml(account), f"{account.domain}.xml", "application/xml")
    if kind == APPLE_FILE and account.imap_host:
        name = f"{smtp_user.username}.mobileconfig"
        return _download(mobileconfig(account), name, "application/x-apple-aspen-config")
    raise Http404


def _extend(user_id: int, *, actor: User) -> SmtpUser:
    """A week more, from now or from the end that was set, whichever is later."""
    smtp_user = SmtpUser.objects.get(pk=user_id)
    begins_at = max(smtp_user.changeover_until or timezone.now(), timezone.now())
    return services.extend_changeover(user_id, until=begins_at + LONGER, actor=actor)


DEEDS: dict[str, tuple[Callable[..., SmtpUser], str | Promise]] = {
    "retry": (services.retry_smtp_user, gettext_lazy("%(name)s is tried again now.")),
    "rotate": (services.rotate_smtp_user, gettext_lazy("A new password for %(name)s is being made; the old one works on.")),
    "finish_rotation": (services.finish_rotation, gettext_lazy("The earlier password of %(name)s ends now.")),
    "extend": (_extend, gettext_lazy("The earlier password of %(name)s works a week longer.")),
    "disable": (services.disable_smtp_user, gettext_lazy("%(name)s is being switched off.")),
    "enable": (services.enable_smtp_user, gettext_lazy("%(name)s is being switched on.")),
    "delete": (services.delete_smtp_user, gettext_lazy("%(name)s can no longer log in and will be deleted.")),
    "take_back": (services.take_back_deletion, gettext_lazy("%(name)s stays.")),
}  # fmt: skip
_DELETING = frozenset({"delete", "take_back"})


def _standing(smtp_user: SmtpUser, *, sees_login: bool) -> dict[str, Any]:
    key = smtp_user.current_key
    account = account_of(smtp_user, key, shows_login=sees_login)
    return {
        "smtp_user": smtp_user, "mark": screen.state_mark(smtp_user), "is_moving": screen.is_moving(smtp_user),
        "seen": screen.fingerprint(smtp_user), "stages": screen.stages_of(smtp_user), "current_key": key,
        "keys": screen.keys_of(smtp_user, in_full=sees_login), "rotation": screen.shown_rotation(smtp_user),
        "account": account, "shown_login": screen.shown_key(key, in_full=sees_login), "guides": guides_for(account),
        "refusals": REFUSALS, "policy": preview.look_at(smtp_user.allowed_senders),
        "can_rotate": smtp_user.is_enabled and key is not None and smtp_user.changeover_until is None,
        "can_retry": smtp_user.is_given_up or bool(smtp_user.try_count),
        "can_reveal": key is not None and bool(key.sealed_password) and not smtp_user.is_leaving,
    }  # fmt: skip


def _history(smtp_user: SmtpUser, *, sees_login: bool) -> dict[str, Any]:
    drifts = open_drifts().filter(user=smtp_user)
    return {
        "counts": screen.counts_of(smtp_user), "journal": screen.journal_of(smtp_user, in_full=sees_login),
        "violations": smtp_user.violations.all()[:VIOLATIONS_SHOWN],
        "can_take_back": smtp_user.delete_at is not None and smtp_user.delete_at > timezone.now(),
        "grace_h": settings.SMTP_DELETE_GRACE_H, "now": timezone.now(), "drifts": drift_lines(drifts, in_full=sees_login),
        "violation_count": smtp_user.violations.count(),
        "handovers": smtp_user.handovers.select_related("made_by")[:10],
    }  # fmt: skip


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
