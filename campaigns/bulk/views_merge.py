"""People who may stand twice: finding them, and making one of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact
from campaigns.bulk.duplicates import groups_of, start_scan
from campaigns.bulk.merge import MAX_PEOPLE, NAMES, Merge, merge_contacts
from campaigns.bulk.models import DuplicateScan
from campaigns.bulk.screen import contacts_url, crumbs_to_changes, url_of
from campaigns.suppression.services import suppressed_among
from portal.errors import Conflict, InvalidInput
from portal.pages import actor_of, page, render_page
from portal.row_ids import row_id

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

GROUPS_PER_PAGE = 25
LABELS = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "time_zone": gettext_lazy("Time zone"),
}


class ScanForm(forms.Form):
    """What counts as the same person."""

    kind = forms.ChoiceField(label=gettext_lazy("Look for"), choices=DuplicateScan.Kind.choices)
    field = forms.ModelChoiceField(
        ContactField.objects.all(),
        label=gettext_lazy("Field"),
        required=False,
        empty_label="–",
        help_text=gettext_lazy("Only for “same value in a field”."),
    )


@page("campaigns.view_duplicatescan")
def duplicates(request: HttpRequest) -> HttpResponseBase:
    """Groups of people who may be one; a POST looks anew."""
    form = ScanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not request.user.has_perm("campaigns.change_contact"):
            return render_page(request, "403.html", status=403)
        field = form.cleaned_data["field"]
        try:
            scan = start_scan(
                DuplicateScan.Kind(form.cleaned_data["kind"]),
                field=field.name if field else "",
                actor=actor_of(request),
            )
        except InvalidInput as error:
            form.add_error("field", str(error))
        else:
            return redirect(f"{reverse('admin:campaigns_bulkchange_duplicates')}?scan={scan.pk}")
    return _show_groups(request, form)


@page("campaigns.delete_contact")
def merge(request: HttpRequest) -> HttpResponseBase:
    """Who stays, and which value of each field; a POST merges."""
    asked = request.POST if "ids" in request.POST else request.GET
    ids = [number for part in asked.get("ids", "").split(",") if (number := row_id(part)) is not None]
    people = list(Contact.objects.filter(pk__in=ids[:MAX_PEOPLE]).prefetch_related("lists", "tags").order_by("pk"))
    if len(people) < 2:  # noqa: PLR2004
        messages.warning(request, _("Choose at least two people to merge."))
        return redirect(contacts_url())
    if request.method == "POST" and "apply" in request.POST:
        try:
            change = merge_contacts(_merge_asked(request, people), actor=actor_of(request))
        except (InvalidInput, Conflict) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Merged: all mails, lists and tags are with one person now."))
            return redirect(url_of(change, "one"))
    return _show_people(request, people)


def _show_groups(request: HttpRequest, form: forms.Form) -> HttpResponseBase:
    number, begin = row_id(request.GET.get("scan")), row_id(request.GET.get("from")) or 0
    scans = DuplicateScan.objects.all()
    scan = (scans.filter(pk=number) if number is not None else scans).first()
    groups = groups_of(scan, begin=begin, count=GROUPS_PER_PAGE) if scan else []
    total = len(scan.groups) if scan else 0
    context: dict[str, Any] = {
        "form": form,
        "scan": scan,
        "groups": groups,
        "total": total,
        "begin": begin,
        "next": begin + GROUPS_PER_PAGE if begin + GROUPS_PER_PAGE < total else None,
        "may_look": request.user.has_perm("campaigns.change_contact"),
        "may_merge": request.user.has_perm("campaigns.delete_contact"),
    }
    crumbs = crumbs_to_changes()[:1]
    return render_page(request, "campaigns/bulk/duplicates.html", context, title=_("Duplicates"), crumbs=crumbs)


def _show_people(request: HttpRequest, people: list[Contact]) -> HttpResponseBase:
    reasons = suppressed_among([person.address_key for person in people])
    names = sorted({name for person in people for name in person.attributes})
    rows = [{"name": name, "label": LABELS[name], "cells": _cells(people, name)} for name in NAMES]
    rows += [{"name": name, "label": name, "cells": _cells(people, name)} for name in names]
    context = {
        "people": [{"person": person, "reason": reasons.get(person.address_key, "")} for person in people],
        "rows": [row for row in rows if any(cell["value"] for cell in row["cells"])],
        "ids": ",".join(str(person.pk) for person in people),
        "back_url": reverse("admin:campaigns_bulkchange_duplicates"),
        "keep_id": row_id(request.POST.get("keep")) or people[0].pk,
    }
    return render_page(
        request, "campaigns/bulk/merge.html", context, title=_("Merge people"), crumbs=crumbs_to_changes()[:1]
    )


def _cells(people: list[Contact], name: str) -> list[dict[str, Any]]:
    """Each person's value; the first one that is filled is proposed."""
    values = [str(getattr(p, name) if name in NAMES else p.attributes.get(name, "")) for p in people]
    proposed = next((place for place, value in enumerate(values) if value), 0)
    return [
        {"person": person, "value": value, "is_chosen": place == proposed}
        for place, (person, value) in enumerate(zip(people, values, strict=True))
    ]


def _merge_asked(request: HttpRequest, people: list[Contact]) -> Merge:
    ids = [person.pk for person in people]
    keep_id = row_id(request.POST.get("keep"))
    if keep_id not in ids:
        raise InvalidInput(_("Choose who stays."))
    value_from = {}
    for name, value in request.POST.items():
        number = row_id(str(value))
        if name.startswith("value-") and number in ids:
            value_from[name.removeprefix("value-")] = number
    return Merge(keep_id, [pk for pk in ids if pk != keep_id], value_from)
