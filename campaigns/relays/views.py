"""The page of a relay: its settings, trying them out, how it serves, switching it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.relays.connection_settings import settings_of
from campaigns.relays.figures import figures_by_day, figures_of_relay
from campaigns.relays.forms import RelayForm
from campaigns.relays.models import Relay
from campaigns.relays.presets import PROVIDERS
from campaigns.relays.sender_points import allowed_senders
from campaigns.relays.services import (
    campaigns_under_way,
    delete_relay,
    fill_relay,
    keep_trial,
    password_of,
    save_relay,
    switch_account,
)
from campaigns.relays.trying import Trial, try_relay
from campaigns.sending.models import SendingAccount
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from campaigns.relays.services import RelayValues

LIST = "admin:campaigns_sendingaccount_changelist"
ONE = "admin:campaigns_sendingaccount_change"


@page("campaigns.add_sendingaccount")
@require_http_methods(["GET", "POST"])
def add_relay(request: HttpRequest) -> HttpResponseBase:
    """A new relay."""
    return _form_page(request, relay=None)


@page("campaigns.change_sendingaccount")
@require_http_methods(["GET", "POST"])
def change_relay(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """A stored relay, with the form."""
    return _form_page(request, relay=_relay_or_404(account_id))


@page("campaigns.view_sendingaccount")
@require_http_methods(["GET"])
def show_relay(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """The same for who may only look: no form."""
    relay = _relay_or_404(account_id)
    return _render(request, relay, {"relay": relay})


@page("campaigns.change_sendingaccount")
@require_POST
def switch(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Take the account out of use or into use."""
    account = get_object_or_404(SendingAccount, pk=account_id)
    is_active = request.POST.get("active") == "yes"
    switch_account(account.pk, is_active=is_active, actor=actor_of(request))
    text = _("“%s” is in use.") if is_active else _("“%s” is switched off: nothing leaves through it.")
    messages.success(request, text % account)
    return redirect(ONE, account.pk)


@page("campaigns.delete_sendingaccount")
@require_POST
def remove(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Delete a relay that nothing refers to."""
    relay = _relay_or_404(account_id)
    try:
        delete_relay(account_id, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(ONE, account_id)
    messages.success(request, _("“%s” is deleted.") % relay.account)
    return redirect(LIST)


def _relay_or_404(account_id: int) -> Relay:
    return get_object_or_404(Relay.objects.select_related("account"), account_id=account_id)


def _form_page(request: HttpRequest, relay: Relay | None) -> HttpResponseBase:
    form = RelayForm(request.POST or None, relay=relay, user=actor_of(request))
    if request.method != "POST" or not form.is_valid():
        return _render(request, relay, {"form": form})
    try:
        return _answer(request, form, relay)
    except PortalError as error:  # KMS is down, or the master key is gone
        form.add_error(None, str(error))
        return _render(request, relay, {"form": form})


def _answer(request: HttpRequest, form: RelayForm, relay: Relay | None) -> HttpResponseBase:
    """Try out what was typed, or save it."""
    values = form.values()
    if "try" in request.POST:
        trial = _trial(relay, values)
        if relay is not None and not form.has_changed():
            keep_trial(relay, trial, actor=actor_of(request))
        return _render(request, relay, {"form": form, "trial": trial, "was_typed": values.password is not None})
    saved = save_relay(values, relay=relay, actor=actor_of(request))
    messages.success(request, _("“%s” is saved.") % saved.account)
    return redirect(ONE, saved.account_id)


def _trial(relay: Relay | None, values: RelayValues) -> Trial:
    typed = Relay()
    fill_relay(typed, values)
    password = password_of(relay, values) if values.username else ""
    return try_relay(settings_of(typed, password=password), preset=typed.preset, sender=_sender(typed))


def _sender(relay: Relay) -> str:
    """Whose mail the trial asks for: "" where nothing is known."""
    addresses = [word for word in allowed_senders(relay) if "@" in word]
    addresses += [relay.username] if "@" in relay.username else []
    return next(iter([*addresses, str(settings.DEFAULT_FROM_ADDRESS)]))


def _render(request: HttpRequest, relay: Relay | None, context: dict[str, Any]) -> HttpResponseBase:
    frame: dict[str, Any] = {
        "title": relay.account.name if relay else _("New SMTP relay"),
        "crumbs": [Crumb(gettext_lazy("Sending accounts"), reverse(LIST))],
    }
    shown: dict[str, Any] = {
        "stored": relay,
        "account": relay.account if relay else None,
        "providers": [
            {"preset": preset, "label": Relay.Preset(preset).label, "security": one.security.value, "one": one}
            for preset, one in PROVIDERS.items()
        ],
    }
    if relay is not None:
        shown |= {
            "figures": figures_of_relay(relay),
            "days": figures_by_day(relay),
            "under_way": campaigns_under_way(relay.account_id),
            "can_delete": request.user.has_perm("campaigns.delete_sendingaccount"),
        }
    return render_page(request, "campaigns/relays/relay.html", {**shown, **context}, **frame)
