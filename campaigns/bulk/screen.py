"""What the pages of bulk work share: words, addresses, who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.bulk.models import BulkChange
from portal.pages import Crumb

if TYPE_CHECKING:
    from datetime import timedelta

    from django.contrib.auth.models import User
    from django.utils.functional import _StrPromise

Deed, Status = BulkChange.Deed, BulkChange.Status
TONES = {
    Status.WAITING: "accent",
    Status.RUNNING: "accent",
    Status.UNDOING: "accent",
    Status.COMPLETED: "good",
    Status.FAILED: "bad",
    Status.CANCELLED: "warn",
}


@dataclass(frozen=True, slots=True)
class Words:
    """How a deed is asked for."""

    title: _StrPromise
    button: _StrPromise
    lead: _StrPromise | str = ""


WORDS = {
    Deed.ADD_TAG: Words(_("Add a tag"), _("Add the tag")),
    Deed.REMOVE_TAG: Words(_("Take off a tag"), _("Take off the tag")),
    Deed.ADD_TO_LIST: Words(_("Add to a list"), _("Add to the list")),
    Deed.REMOVE_FROM_LIST: Words(
        _("Take off a list"), _("Take off the list"), _("They stay among the contacts.")
    ),
    Deed.SET_FIELD: Words(_("Set a field"), _("Set the field")),
    Deed.DELETE: Words(
        _("Delete contacts"),
        _("Delete them"),
        _("Names, attributes, lists and tags go, for good when the time to undo is over. What was sent stays on record,"
          " and so does whom we do not write to."),
    ),
}  # fmt: skip


def change_or_404(change_id: int) -> BulkChange:
    """The change with what its page reads."""
    return get_object_or_404(BulkChange.objects.select_related("created_by", "undone_by"), pk=change_id)


def permission_of(deed: str) -> str:
    """What somebody must be allowed to do such a deed, and to undo it."""
    return "campaigns.delete_contact" if deed in {Deed.DELETE, Deed.MERGE} else "campaigns.change_contact"


def url_of(change: BulkChange, name: str) -> str:
    """Address of one of the pages or deeds of a bulk change."""
    return reverse(f"admin:campaigns_bulkchange_{name}", args=[change.pk])


def new_url(deed: str, *, people: str, back: str = "") -> str:
    """Where a deed on these people is looked at and started; `back` is the filter of the list to go back to."""
    query = QueryDict(mutable=True)
    query.update({"deed": deed, "people": people, "back": back})
    return f"{reverse('admin:campaigns_bulkchange_new')}?{query.urlencode()}"


def contacts_url(back: str = "") -> str:
    """The list of contacts, filtered as before."""
    return f"{reverse('admin:campaigns_contact_changelist')}{'?' if back else ''}{QueryDict(back).urlencode()}"


def crumbs_to_changes() -> list[Crumb]:
    """The way back to the list of bulk changes."""
    return [
        Crumb(_("Contacts"), reverse("admin:campaigns_contact_changelist")),
        Crumb(_("Bulk changes"), reverse("admin:campaigns_bulkchange_changelist")),
    ]


def latest_of(actor: User, *, within: timedelta) -> BulkChange | None:
    """The deed that this person has just done, to be undone from where they are."""
    newest = BulkChange.objects.filter(created_by=actor).order_by("-id").first()
    if newest is None or newest.finished_at is None or newest.finished_at < timezone.now() - within:
        return None
    return newest if newest.can_undo and actor.has_perm(permission_of(newest.deed)) else None


def progress_of(change: BulkChange) -> dict[str, Any]:
    """The figures of a deed at work; the page and its news have the same."""
    undone = change.restored_count + change.kept_count
    is_undo = change.status == Status.UNDOING
    done, total = (undone, change.changed_count) if is_undo else (change.done_count, change.people_count)
    percent = min(99.9, round(100 * done / total, 1)) if total else 0.0
    return {
        "percent": percent,
        "share": percent / 100,
        "percent_text": str(int(percent)),
        "done": done,
        "total": total,
        "changed": change.changed_count,
    }
