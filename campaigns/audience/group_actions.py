"""Actions of the list of contacts: each leads to the page where the deed is looked at and started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.audience.selection import OF_THE_PAGE, query_of_ids
from campaigns.bulk.models import BulkChange
from campaigns.bulk.screen import WORDS, new_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from campaigns.audience.models import Contact

    Action = Callable[[Any, HttpRequest, QuerySet[Contact]], HttpResponseBase]

Deed = BulkChange.Deed


def chosen_people(request: HttpRequest) -> str:
    """Whom the list's form names, as a filter: everybody who matches, or those with a tick."""
    if request.POST.get("select_across") == "1":
        return filter_of(request)
    return query_of_ids(pk for pk in request.POST.getlist(ACTION_CHECKBOX_NAME) if pk.isdecimal())


def filter_of(request: HttpRequest) -> str:
    """The filter in the address of the list, without the page one is at."""
    wanted = request.GET.copy()
    for name in OF_THE_PAGE:
        wanted.pop(name, None)
    return wanted.urlencode()


def as_action(deed: BulkChange.Deed, *, name: str, permission: str) -> Action:
    """A deed as an action of the admin's list."""

    @admin.action(description=WORDS[deed].title, permissions=[permission])
    def action(_admin: Any, request: HttpRequest, _people: QuerySet[Contact]) -> HttpResponseBase:
        return redirect(new_url(deed, people=chosen_people(request), back=request.GET.urlencode()))

    action.__name__ = name
    return action


@admin.action(description=_("Merge into one"), permissions=["delete"])
def merge_people(_admin: Any, request: HttpRequest, _people: QuerySet[Contact]) -> HttpResponseBase:
    """Only people with a tick: a filter is no reason to take them for one."""
    ids = [pk for pk in request.POST.getlist(ACTION_CHECKBOX_NAME) if pk.isdecimal()]
    return redirect(f"{reverse('admin:campaigns_bulkchange_merge')}?{urlencode({'ids': ','.join(ids)})}")


@admin.action(description=_("Export as CSV"), permissions=["export"])
def export_csv(_admin: Any, request: HttpRequest, _people: QuerySet[Contact]) -> HttpResponseBase:
    """To the page where the columns are chosen."""
    query = urlencode({"source": "contacts", "query": chosen_people(request)})
    return redirect(f"{reverse('admin:campaigns_export_new')}?{query}")


ACTIONS: tuple[Action, ...] = (
    as_action(Deed.ADD_TO_LIST, name="add_to_list", permission="change"),
    as_action(Deed.REMOVE_FROM_LIST, name="remove_from_list", permission="change"),
    as_action(Deed.ADD_TAG, name="add_tag", permission="change"),
    as_action(Deed.REMOVE_TAG, name="remove_tag", permission="change"),
    as_action(Deed.SET_FIELD, name="set_field", permission="change"),
    merge_people,
    export_csv,
    as_action(Deed.DELETE, name="delete_people", permission="delete"),
)
