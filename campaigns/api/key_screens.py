"""The pages of API keys: making one, which is shown once; changing what it may do; revoking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from campaigns.api.key_forms import ApiKeyForm
from campaigns.guests.models import GuestList
from credentials.api_keys.models import ApiKey
from credentials.api_keys.scopes import Scope
from credentials.api_keys.services import change_key, create_key, revoke_key
from portal.errors import InvalidInput
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LIST_URL = "admin:credentials_apikey_changelist"


@page("credentials.add_apikey")
@never_cache
def new_key(request: HttpRequest) -> HttpResponseBase:
    """Make a key; the answer to Make is the one page that shows it."""
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_key(form.wishes(), actor=actor_of(request))
        except InvalidInput as error:
            form.add_error(None, str(error))
        else:
            context = {"key": made.key, "text": made.text}
            return render_page(
                request, "campaigns/api/new_key.html", context, title=_("Your new key"), crumbs=_crumbs()
            )
    return render_page(
        request, "campaigns/api/key.html", {"form": form, "may_change": True}, title=_("New API key"), crumbs=_crumbs()
    )


@page("credentials.view_apikey")
def edit_key(request: HttpRequest, key_id: int) -> HttpResponseBase:
    """What the key may do; who may not change it sees the same page without Save."""
    key = get_object_or_404(ApiKey.objects.select_related("created_by"), pk=key_id)
    may_change = request.user.has_perm("credentials.change_apikey") and key.revoked_at is None
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = ApiKeyForm(request.POST or None, key=key)
    if request.method == "POST" and form.is_valid():
        try:
            change_key(key.pk, form.wishes(), actor=actor_of(request))
        except InvalidInput as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The key “%s” is saved.") % form.cleaned_data["name"])
            return redirect(LIST_URL)
    context = {
        "key": key, "form": form, "may_change": may_change, "guests": GuestList.objects.filter(pk=key.guest_list_id or 0).first(),
        "scope_words": [label for value, label in Scope.choices if value in key.scopes],
    }  # fmt: skip
    return render_page(request, "campaigns/api/key.html", context, title=key.name, crumbs=_crumbs())


@page("credentials.change_apikey")
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponseBase:
    """Let the key open nothing any more."""
    key = get_object_or_404(ApiKey, pk=key_id)
    revoke_key(key.pk, actor=actor_of(request))
    messages.success(request, _("The key “%s” is revoked. Programs that use it are refused from now on.") % key.name)
    return redirect(LIST_URL)


def _crumbs() -> list[Crumb]:
    return [Crumb(_("API keys"), reverse(LIST_URL))]
