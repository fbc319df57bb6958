"""Actions on many chosen contacts. Each asks one question on a page of its own, does it, and says how many it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from campaigns.audience import services
from campaigns.audience.export import csv_pieces
from campaigns.audience.forms import LeaveListForm, ListForm, TagForm, TakeTagForm
from campaigns.audience.models import Contact
from portal.errors import InvalidInput
from portal.pages import Crumb, actor_of, render_page
from portal.wording import format_count

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.functional import _StrPromise

COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class GroupDeed:
    """One action: its question, and what carries it out for the cleaned form."""

    title: _StrPromise
    button: _StrPromise
    form: type[forms.Form]
    act: Callable[[QuerySet[Contact], dict[str, Any], User], int]
    is_danger: bool = False
    lead: _StrPromise | str = ""


def _add_to_list(people: QuerySet[Contact], answer: dict[str, Any], actor: User) -> int:
    chosen = answer["group"] or services.get_or_create_list(answer["new_name"])
    return services.add_to_list(people, chosen, actor=actor)


def _add_tag(people: QuerySet[Contact], answer: dict[str, Any], actor: User) -> int:
    return services.tag_contacts(people, answer["group"] or services.get_or_create_tag(answer["new_name"]), actor=actor)


DEEDS = {
    "add_to_list": GroupDeed(gettext_lazy("Add to a list"), gettext_lazy("Add to the list"), ListForm, _add_to_list),
    "remove_from_list": GroupDeed(
        gettext_lazy("Take off a list"),
        gettext_lazy("Take off the list"),
        LeaveListForm,
        lambda people, answer, actor: services.remove_from_list(people, answer["group"], actor=actor),
        lead=gettext_lazy("They stay among the contacts."),
    ),
    "add_tag": GroupDeed(gettext_lazy("Add a tag"), gettext_lazy("Add the tag"), TagForm, _add_tag),
    "remove_tag": GroupDeed(
        gettext_lazy("Take off a tag"),
        gettext_lazy("Take off the tag"),
        TakeTagForm,
        lambda people, answer, actor: services.untag_contacts(people, answer["group"], actor=actor),
    ),
    "delete_people": GroupDeed(
        gettext_lazy("Delete contacts"),
        gettext_lazy("Delete for good"),
        forms.Form,
        lambda people, _answer, actor: services.delete_contacts(people, actor=actor),
        is_danger=True,
        lead=gettext_lazy(
            "Names, attributes, lists and tags go. What was sent stays on record, and so does whom we do not write to."
        ),
    ),
}


def carry_out(name: str, request: HttpRequest, people: QuerySet[Contact]) -> HttpResponseBase | None:
    """Ask, or do it when the question was answered. None leads back to the list."""
    deed = DEEDS[name]
    is_answered = "apply" in request.POST
    form = deed.form(request.POST if is_answered else None)
    if is_answered and form.is_valid():
        try:
            count = deed.act(people, form.cleaned_data, actor_of(request))
        except InvalidInput as error:
            form.add_error(None, str(error))
        else:
            done = ngettext("Done for %s person.", "Done for %s people.", count) % format_count(count)
            messages.success(request, done if count else _("Nothing had to be changed."))
            return None
    return _ask(name, request, people, form)


def export(request: HttpRequest, people: QuerySet[Contact]) -> StreamingHttpResponse:
    """The chosen people as CSV, written while it is sent."""
    services.note_export(actor=actor_of(request), people_filter=request.GET.urlencode())
    response = StreamingHttpResponse(csv_pieces(people), content_type="text/csv; charset=utf-8")
    today = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="contacts-{today}.csv"'
    return response


def _ask(name: str, request: HttpRequest, people: QuerySet[Contact], form: forms.Form) -> HttpResponseBase:
    deed = DEEDS[name]
    count = people.order_by().values("pk")[: COUNTED + 1].count()
    context = {
        "deed": deed,
        "form": form,
        "action": name,
        "people": format_count(count) if count <= COUNTED else _("more than %s") % format_count(COUNTED),
        "is_one": count == 1,
        "examples": people.order_by("pk")[:5],
        "chosen_ids": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "select_across": request.POST.get("select_across", "0"),
        "back_url": request.get_full_path(),
    }
    crumbs = [Crumb(_("Contacts"), reverse("admin:campaigns_contact_changelist"))]
    return render_page(request, "campaigns/audience/group.html", context, title=deed.title, crumbs=crumbs)


def as_action(name: str, *, permissions: list[str]) -> Callable[..., HttpResponseBase | None]:
    """A deed as an action of the admin's list."""

    @admin.action(description=DEEDS[name].title, permissions=permissions)
    def action(_admin: Any, request: HttpRequest, people: QuerySet[Contact]) -> HttpResponseBase | None:
        return carry_out(name, request, people)

    action.__name__ = name
    return action
