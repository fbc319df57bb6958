"""Versions: what a template, draft, house layout or snippet said after each save; comparing and bringing them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import Max, Model
from django.utils.translation import gettext as _

from campaigns.messages.comparing import ComparedLine, compare_texts
from campaigns.messages.models import HouseLayout, Revision, Snippet, Template
from portal.activity import record_activity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.contrib.auth.models import User
    from django.db.models import QuerySet
    from django.utils.functional import Promise

MESSAGE_FIELDS = ("subject", "preheader", "kind", "house_layout", "body", "text_body", "embeds_images")
FIELDS = {
    "template": MESSAGE_FIELDS,
    "campaign": MESSAGE_FIELDS,
    "layout": (
        "organisation", "postal_address", "footer", "logo_url", "accent_color", "page_color", "text_color",
    ),
    "snippet": ("description", "kind", "body"),
}  # fmt: skip
Thing = TypeVar("Thing", bound=Model)
_SUBJECTS: dict[type[Model], str] = {Template: "template", HouseLayout: "layout", Snippet: "snippet"}


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field that differs between two versions."""

    label: str | Promise
    lines: list[ComparedLine]


def subject_of(thing: Model) -> str:
    """The name of the revision's link to a thing: template, campaign, layout or snippet."""
    return _SUBJECTS.get(type(thing), "campaign")


def revisions_of(thing: Model) -> QuerySet[Revision]:
    """The newest first."""
    return Revision.objects.filter(**{subject_of(thing): thing}).order_by("-number")


def record_revision(thing: Model, *, actor: User | None, restored_number: int | None = None) -> Revision:
    """Keep what a thing says now; the last revision where that is the same.

    Call it after the save, in its transaction: the row that was written keeps the numbers of two people apart.
    """
    words = _words_of(thing)
    last = revisions_of(thing).first()
    if last is not None and last.words == words:
        return last
    before = last.words if last is not None else {}
    return Revision.objects.create(
        **{subject_of(thing): thing},
        number=(revisions_of(thing).aggregate(last=Max("number"))["last"] or 0) + 1,
        words=words,
        changed_fields=[name for name, value in words.items() if before and before.get(name) != value],
        restored_number=restored_number,
        created_by=actor,
    )


def latest_revision(thing: Model) -> Revision:
    """What a thing says now, kept as a revision if it was written in another way than by its service."""
    return record_revision(thing, actor=None)


@transaction.atomic
def restore_revision(thing: Thing, number: int, *, save: Callable[[Thing], object], actor: User) -> Revision:
    """Let a thing say again what it said in a revision, as a new revision; names stay as they are.

    `save` is the service that saves the thing. Raises Revision.DoesNotExist, and what `save` raises.
    """
    current: Thing = type(thing)._default_manager.select_for_update().get(pk=thing.pk)  # noqa: SLF001
    for name, value in revisions_of(current).get(number=number).words.items():
        if name in FIELDS[subject_of(current)]:
            _put(current, name, value)
    restored = record_revision(current, actor=actor, restored_number=number)
    save(current)
    record_activity(f"{subject_of(current)}.restored", actor=actor, target=current, version=number)
    return restored


def compare_revisions(old: Revision, new: Revision, thing: Model) -> list[ComparedField]:
    """The fields that differ, in the order of the form."""
    differing = [name for name in FIELDS[subject_of(thing)] if old.words.get(name, "") != new.words.get(name, "")]
    layouts = _layout_names((old, new)) if "house_layout" in differing else {}
    return [
        ComparedField(
            label_of(thing, name),
            compare_texts(_shown(thing, name, old, layouts), _shown(thing, name, new, layouts)),
        )
        for name in differing
    ]


def label_of(thing: Model, name: str) -> str | Promise:
    """A field as its form calls it."""
    label: str | Promise = getattr(thing._meta.get_field(name), "verbose_name", name)  # noqa: SLF001
    return label


def _words_of(thing: Model) -> dict[str, Any]:
    return {name: _kept(thing, name) for name in FIELDS[subject_of(thing)]}


def _kept(thing: Model, name: str) -> object:
    if name == "house_layout":
        return getattr(thing, "house_layout_id")  # noqa: B009
    value = getattr(thing, name)
    return value if isinstance(value, bool) else str(value)


def _put(thing: Model, name: str, value: object) -> None:
    if name != "house_layout":
        setattr(thing, name, value)
        return
    setattr(thing, name, HouseLayout.objects.filter(pk=value).first() if isinstance(value, int) else None)


def _shown(thing: Model, name: str, revision: Revision, layouts: dict[int, str]) -> str:
    value = revision.words.get(name, "")
    if name == "house_layout":
        return layouts.get(value, _("deleted")) if value else _("the default")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(getattr(thing._meta.get_field(name), "flatchoices", ()))  # noqa: SLF001
    return str(choices.get(value, value))


def _layout_names(revisions: Iterable[Revision]) -> dict[int, str]:
    wanted = [revision.words.get("house_layout") for revision in revisions]
    return {layout.pk: str(layout) for layout in HouseLayout.objects.filter(pk__in=[pk for pk in wanted if pk])}
