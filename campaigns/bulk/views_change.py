"""A deed on many people: looked at and started, followed while it works, stopped, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_GET, require_POST

from campaigns.audience.models import ContactList, Tag
from campaigns.bulk import services
from campaigns.bulk.deeds import deed_of
from campaigns.bulk.fields import clean_value
from campaigns.bulk.forms import FORMS, ChooseFieldForm, SetFieldForm, form_for
from campaigns.bulk.models import BulkChange
from campaigns.bulk.preview import Preview, preview_people
from campaigns.bulk.screen import (
    TONES,
    WORDS,
    change_or_404,
    contacts_url,
    crumbs_to_changes,
    new_url,
    permission_of,
    progress_of,
    url_of,
)
from campaigns.bulk.services import Order
from portal.errors import Conflict, InvalidInput
from portal.pages import actor_of, page, render_page
from portal.wording import format_count

if TYPE_CHECKING:
    from django import forms
    from django.http.response import HttpResponseBase

Deed, Status = BulkChange.Deed, BulkChange.Status


@page("campaigns.change_contact")
def new_change(request: HttpRequest) -> HttpResponseBase:
    """Ask what exactly, show what it would do, start it. Nothing is changed before `apply`."""
    asked = _asked(request)
    deed, people = asked.get("deed", ""), asked.get("people", "")
    if deed not in FORMS:
        raise Http404
    if not request.user.has_perm(permission_of(deed)):
        raise PermissionDenied
    is_answered = "preview" in request.POST or "apply" in request.POST or deed == Deed.DELETE
    form = form_for(deed, asked, is_answered=is_answered)
    try:
        if "apply" in request.POST and form.is_valid():
            return _started(request, services.start_bulk_change(_order(deed, people, form), actor=actor_of(request)))
        preview = _preview(deed, people, form)
    except InvalidInput as error:
        messages.error(request, str(error))
        return redirect(contacts_url())
    return _show_new(request, deed, form, preview)


@page("campaigns.view_bulkchange")
@require_GET
def one_change(request: HttpRequest, change_id: int) -> HttpResponseBase:
    """The deed at work, or what came of it."""
    change = change_or_404(change_id)
    context = {
        "change": change,
        "tone": TONES.get(Status(change.status), ""),
        "status_url": f"{url_of(change, 'progress')}?status={change.status}",
        "may_act": request.user.has_perm(permission_of(change.deed)),
        "examples": change.kept_examples,
        "more_kept": max(0, change.kept_count - len(change.kept_examples)),
        **progress_of(change),
    }
    return render_page(
        request, "campaigns/bulk/change.html", context, title=capfirst(str(change)), crumbs=crumbs_to_changes()
    )


@page("campaigns.view_bulkchange")
@require_GET
def progress_json(request: HttpRequest, change_id: int) -> JsonResponse:
    """News for the live page, from the row of the change."""
    change = change_or_404(change_id)
    has_changed = request.GET.get("status", "") != change.status
    return JsonResponse({
        **progress_of(change),
        "final": not has_changed and not change.is_at_work,
        "reload": has_changed and Status.WAITING not in {request.GET.get("status"), change.status},
    })  # fmt: skip


@page("campaigns.view_bulkchange")
@require_POST
def stop(request: HttpRequest, change_id: int) -> HttpResponseBase:
    """Go no further."""
    change = _allowed(request, change_id)
    try:
        services.stop_bulk_change(change_id, actor=actor_of(request))
    except Conflict as error:
        messages.warning(request, str(error))
    return redirect(url_of(change, "one"))


@page("campaigns.view_bulkchange")
@require_POST
def undo(request: HttpRequest, change_id: int) -> HttpResponseBase:
    """Take back what it changed; what could not be is named on the page of the change."""
    change = _allowed(request, change_id)
    try:
        undone = services.undo_bulk_change(change_id, actor=actor_of(request))
    except Conflict as error:
        if change.status not in {Status.UNDOING, Status.UNDONE}:
            messages.warning(request, str(error))
        return redirect(url_of(change, "one"))
    if undone.status != Status.UNDONE or undone.kept_count or not request.POST.get("back"):
        return redirect(url_of(change, "one"))
    messages.success(request, _("Undone. Everything is as it was before."))
    return redirect(contacts_url(request.POST["back"].removeprefix("?")))


def _allowed(request: HttpRequest, change_id: int) -> BulkChange:
    change = change_or_404(change_id)
    if not request.user.has_perm(permission_of(change.deed)):
        raise PermissionDenied
    return change


def _asked(request: HttpRequest) -> QueryDict:
    return request.POST if "deed" in request.POST else request.GET


def _order(deed: str, people: str, form: forms.Form) -> Order:
    answer = form.cleaned_data
    return Order(
        Deed(deed),
        people,
        group=answer.get("group"),
        new_group_name=answer.get("new_name", ""),
        field=answer.get("field", ""),
        value=answer.get("value", ""),
    )


def _preview(deed: str, people: str, form: forms.Form) -> Preview:
    """With what would change, where the form is answered. A group that is still to be made has nobody in it."""
    if not form.is_bound or not form.is_valid():
        return preview_people(people)
    order = _order(deed, people, form)
    group = order.group or _group_called(deed, order.new_group_name)
    value = clean_value(order.field, order.value) if order.field else ""
    change = BulkChange(deed=deed, group_id=group.pk if group else None, field=order.field, value=value)
    return preview_people(people, deed_of(change))


def _restart_url(asked: QueryDict) -> str:
    return new_url(asked.get("deed", ""), people=asked.get("people", ""), back=asked.get("back", ""))


def _group_called(deed: str, name: str) -> Tag | ContactList | None:
    if not name:
        return None
    if deed in services.OF_TAGS:
        return Tag.objects.filter(name=name).first()
    return ContactList.objects.filter(name=name).first()


def _started(request: HttpRequest, change: BulkChange) -> HttpResponseBase:
    if change.status != Status.COMPLETED:
        return redirect(url_of(change, "one"))
    count = change.changed_count
    done = ngettext("Done for %s person.", "Done for %s people.", count) % format_count(count)
    messages.success(request, done if count else _("Nothing had to be changed."))
    return redirect(contacts_url(request.POST.get("back", "")))


def _show_new(request: HttpRequest, deed: str, form: forms.Form, preview: Preview) -> HttpResponseBase:
    asked = _asked(request)
    context: dict[str, Any] = {
        "form": form,
        "preview": preview,
        "words": WORDS[Deed(deed)],
        "is_danger": deed == Deed.DELETE,
        "is_next": isinstance(form, ChooseFieldForm),
        "other_field_url": _restart_url(asked) if isinstance(form, SetFieldForm) else "",
        "asked": {name: asked.get(name, "") for name in ("deed", "people", "back")},
        "back_url": contacts_url(asked.get("back", "")),
        "undo_days": settings.UNDO_BULK_DAYS,
    }
    crumbs = crumbs_to_changes()[:1]
    return render_page(request, "campaigns/bulk/new.html", context, title=WORDS[Deed(deed)].title, crumbs=crumbs)
