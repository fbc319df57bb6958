"""Keeping what is typed before it is saved, offering it again, and throwing it away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from campaigns.editing.models import UnsavedDraft
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import User
    from django.forms import BaseForm

    from campaigns.editing.places import Place

KEPT_FOR = timedelta(days=30)
MAX_DRAFT_CHARS = 2_000_000
_NOT_TYPED = ("csrfmiddlewaretoken", "read_at", "thing", "thing_id")

Typed = dict[str, list[str]]


def typed_fields(posted: QueryDict) -> Typed:
    """What a person typed into the posted form, without what the page itself put there. Raises InvalidInput."""
    typed = {
        name.replace("\0", ""): [str(value).replace("\0", "") for value in values]
        for name, values in posted.lists()
        if name not in _NOT_TYPED and not name.startswith("preview_")
    }
    if sum(len(value) for values in typed.values() for value in values) > MAX_DRAFT_CHARS:
        message = "This is too long to be kept."
        raise InvalidInput(message)
    return typed


def keep_draft(place: Place, *, user: User, fields: Typed, read_at: str) -> UnsavedDraft:
    """Write what one person has typed so far, in place of what was kept before; two tabs may do so at once."""
    words = {"fields": fields, "read_at": read_at[:40]}
    key: dict[str, Any] = {"user": user, "thing": place.thing, "thing_id": place.thing_id}
    try:
        with transaction.atomic():
            return UnsavedDraft.objects.update_or_create(**key, defaults=words)[0]
    except IntegrityError:  # another tab was faster
        return UnsavedDraft.objects.update_or_create(**key, defaults=words)[0]


def draft_of(place: Place, user: User) -> UnsavedDraft | None:
    """What this person typed there and did not save."""
    return UnsavedDraft.objects.filter(user=user, thing=place.thing, thing_id=place.thing_id).first()


def drop_draft(place: Place, user: User) -> None:
    """Forget what was kept: it is saved, or not wanted."""
    UnsavedDraft.objects.filter(user=user, thing=place.thing, thing_id=place.thing_id).delete()


def delete_old_drafts() -> int:
    """Delete drafts that nobody came back to; returns how many."""
    return UnsavedDraft.objects.filter(kept_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def restore_into(form: BaseForm, draft: UnsavedDraft) -> None:
    """Let the form, which must not be bound, begin with what was kept."""
    posted = as_posted(draft.fields)
    for name, field in form.fields.items():
        form.initial[name] = field.widget.value_from_datadict(posted, MultiValueDict(), form.add_prefix(name))


def says_the_same(form: BaseForm, draft: UnsavedDraft) -> bool:
    """Whether the draft holds nothing that the form, which must not be bound, does not begin with."""
    posted = as_posted(draft.fields)
    for name, field in form.fields.items():
        typed = field.widget.value_from_datadict(posted, MultiValueDict(), form.add_prefix(name))
        initial = form.get_initial_for_field(field, name)
        if field.has_changed(initial, typed) and _text(initial) != _text(typed):
            return False
    return True


def as_posted(fields: Mapping[str, list[str]]) -> QueryDict:
    """What was kept, as a form reads it."""
    posted = QueryDict(mutable=True)
    for name, values in fields.items():
        posted.setlist(name, list(values))
    return posted


def _text(value: Any) -> str:
    """A value without the kind of its line breaks, which browsers change."""
    return str(value or "").replace("\r\n", "\n").strip()
