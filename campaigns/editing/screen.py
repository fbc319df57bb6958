"""What a form needs on its page so that nothing typed there is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from campaigns.editing.drafts import draft_of, drop_draft, keep_draft, restore_into, says_the_same, typed_fields
from campaigns.editing.places import place_of, stamp_of
from campaigns.editing.presence import RENEWED_EVERY, Editor, others_at
from portal.pages import actor_of

if TYPE_CHECKING:
    from django.db.models import Model
    from django.forms import BaseModelForm
    from django.http import HttpRequest

    from campaigns.editing.clashes import Clash
    from campaigns.editing.models import Thing, UnsavedDraft
    from campaigns.editing.places import Place


@dataclass(slots=True)
class OpenForm:
    """One form that somebody has open: what was kept of it, who else is there, what came between."""

    place: Place
    user_id: int
    read_at: str  # stamp of the row that the form began from
    offered: UnsavedDraft | None = None
    is_restored: bool = False
    others: list[Editor] = field(default_factory=list)
    clash: Clash | None = None

    @property
    def renewed_every_s(self) -> int:
        return int(RENEWED_EVERY.total_seconds())


def open_form(request: HttpRequest, thing: Thing, form: BaseModelForm[Any], stored: Model | None) -> OpenForm:
    """Open the form for writing: offer what was kept, or with `?restore=` begin with it."""
    person = actor_of(request)
    place = place_of(thing, stored or form.instance)
    opened = OpenForm(place, person.pk, request.POST.get("read_at", "") or (stamp_of(stored) if stored else ""))
    opened.others = others_at(place, person)
    draft = draft_of(place, person)
    if draft is None or form.is_bound or says_the_same(form, draft):
        return opened
    if "restore" in request.GET:
        restore_into(form, draft)
        opened.is_restored, opened.read_at = True, draft.read_at or opened.read_at
    else:
        opened.offered = draft
    return opened


def show_clash(request: HttpRequest, opened: OpenForm, clash: Clash) -> OpenForm:
    """Tell what came between, and keep what was typed; the next saving is on purpose."""
    keep_draft(
        opened.place, user=actor_of(request), fields=typed_fields(request.POST), read_at=request.POST.get("read_at", "")
    )
    opened.clash = clash
    opened.read_at = clash.stamp
    return opened


def close_form(request: HttpRequest, place: Place) -> None:
    """Forget what was kept: it is saved."""
    drop_draft(place, actor_of(request))
