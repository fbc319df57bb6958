"""Pages of the Gmail accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from credentials.grants import services as grants
from credentials.grants.models import Health
from credentials.grants.services import ConsentRequest
from portal.errors import InvalidInput, PortalError
from portal.pages import Crumb, actor_of, page, render_page
from routing.gmail import accounts, screen
from routing.gmail.models import GmailMailbox

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

HOME = "admin:routing_gmailmailbox_changelist"
ONE = "admin:routing_gmailmailbox_one"
IN_SESSION = "gmail_consents"
MOST_OPEN = 5  # tabs in which somebody is about to connect
HISTORY_SHOWN = 20


def _crumb() -> Crumb:
    return Crumb(gettext_lazy("Gmail accounts"), reverse(HOME))


def _mailbox(mailbox_id: int) -> GmailMailbox:
    return get_object_or_404(GmailMailbox.objects.select_related("grant__connected_by"), pk=mailbox_id)


@page("routing.view_gmailmailbox")
@require_GET
def overview(request: HttpRequest) -> HttpResponseBase:
    """All accounts with their health and what waits."""
    context = {"lines": screen.list_accounts(), "is_configured": grants.is_configured()}
    lead = _("Mail that a rule sends to Gmail goes into these mailboxes, exactly as it came.")
    return render_page(request, "routing/gmail/list.html", context, title=_("Gmail accounts"), lead=lead)


@page("routing.view_gmailmailbox")
@require_GET
def one(request: HttpRequest, mailbox_id: int) -> HttpResponseBase:
    """One account."""
    mailbox = _mailbox(mailbox_id)
    grant = mailbox.grant
    context: dict[str, Any] = {
        "mailbox": mailbox,
        "grant": grant,
        "tone": screen.TONES[Health(grant.health)],
        "ends": screen.ends_in_words(grant),
        "reason": screen.reason_in_words(grant),
        "may": screen.scopes_in_words(grant),
        "slow": screen.slow_words(mailbox),
        "waiting": screen.waiting_for(mailbox),
        "rules": screen.rules_of(mailbox),
        "history": grant.events.all()[:HISTORY_SHOWN],
        "can_try_again": grant.health == "revoked" and grant.reason != screen.HOLDS_UP,
        "is_connected": bool(grant.sealed_refresh_token),
    }
    return render_page(request, "routing/gmail/one.html", context, title=grant.email, crumbs=[_crumb()])


@page("routing.view_gmailmailbox")
@require_GET
def of_grant(_request: HttpRequest, grant_id: int) -> HttpResponseBase:
    """From a consent, which is what alerts know, to its account."""
    mailbox = GmailMailbox.objects.filter(grant=grant_id).first()
    return redirect(ONE, mailbox.pk) if mailbox else redirect(HOME)


@page("routing.add_gmailmailbox")
@require_GET
def connect(request: HttpRequest, mailbox_id: int = 0) -> HttpResponseBase:
    """Say what Google will ask, and lead there. A link and no form: the policy lets forms post to us alone."""
    mailbox = _mailbox(mailbox_id) if mailbox_id else None
    context: dict[str, Any] = {"mailbox": mailbox, "redirect_uri": accounts.redirect_uri()}
    try:
        asked, url = grants.begin_consent(
            redirect_uri=accounts.redirect_uri(), grant_id=mailbox.grant_id if mailbox else 0
        )
    except InvalidInput as error:
        context["problem"] = str(error)
    else:
        _keep(request, asked)
        context["google_url"] = url
    title = _("Connect %s again") % mailbox.grant.email if mailbox else _("Connect a Gmail account")
    return render_page(request, "routing/gmail/connect.html", context, title=title, crumbs=[_crumb()])


@page("routing.add_gmailmailbox")
@require_GET
def connected(request: HttpRequest) -> HttpResponseBase:
    """Google sends people back here; only what this session began is finished, and once."""
    asked = _taken(request)
    try:
        if asked is None:
            raise InvalidInput(
                _(
                    "This browser did not begin to connect an account, or did so too often. Begin again here; if you began with manage.py connect_gmail, paste this page's address there."
                )
            )
        code = accounts.code_from(request.GET.dict(), state=asked.state)
        mailbox = accounts.connect(asked, code, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, accounts.words_for(error))
        return redirect(HOME)
    messages.success(request, _("%s is connected.") % mailbox.grant.email)
    return redirect(ONE, mailbox.pk)


@page("routing.change_gmailmailbox")
@require_POST
def deed(request: HttpRequest, mailbox_id: int) -> HttpResponseBase:
    """Check, try again, send a test message, disconnect."""
    mailbox = _mailbox(mailbox_id)
    act = DEEDS.get(request.POST.get("deed", ""))
    if act is not None:
        try:
            act(request, mailbox)
        except PortalError as error:
            messages.error(request, accounts.words_for(error))
    return redirect(ONE, mailbox.pk)


def _check(request: HttpRequest, mailbox: GmailMailbox) -> None:
    before = mailbox.grant.checked_at
    grants.check_grant(mailbox.grant_id)
    mailbox.grant.refresh_from_db()
    if mailbox.grant.checked_at == before:
        messages.info(request, _("Google was asked a moment ago. Once a minute is enough."))
        return
    messages.info(request, _("Google was asked: %s.") % mailbox.grant.get_health_display())


def _try_again(request: HttpRequest, mailbox: GmailMailbox) -> None:
    grants.try_again(mailbox.grant_id, actor=actor_of(request))
    messages.success(request, _("What waits is tried again now, the oldest first."))


def _test(request: HttpRequest, mailbox: GmailMailbox) -> None:
    accounts.send_test_message(mailbox, actor=actor_of(request))
    messages.success(request, _("A test message lies in the mailbox of %s.") % mailbox.grant.email)


def _disconnect(request: HttpRequest, mailbox: GmailMailbox) -> None:
    if grants.disconnect(mailbox.grant_id, actor=actor_of(request)):
        messages.success(request, _("%s is disconnected. Mail for it waits.") % mailbox.grant.email)
        return
    messages.warning(
        request,
        _(
            "%s is disconnected here, but Google could not be told: take the access away at myaccount.google.com/permissions."
        )
        % mailbox.grant.email,
    )


DEEDS = {"check": _check, "try_again": _try_again, "test": _test, "disconnect": _disconnect}


def _keep(request: HttpRequest, asked: ConsentRequest) -> None:
    kept = dict(request.session.get(IN_SESSION, {}))
    kept[asked.state] = asked.json()
    request.session[IN_SESSION] = dict(list(kept.items())[-MOST_OPEN:])


def _taken(request: HttpRequest) -> ConsentRequest | None:
    """What this session began under the state of the answer; it is used up."""
    kept = dict(request.session.get(IN_SESSION, {}))
    found = kept.pop(request.GET.get("state", ""), None)
    request.session[IN_SESSION] = kept
    return ConsentRequest(**found) if found else None
