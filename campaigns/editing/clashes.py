"""Two people saving the same: nothing is overwritten unseen, and whoever comes second is shown what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.forms.models import ModelChoiceIterator

from campaigns.editing.places import stamp_of
from portal.errors import PortalError
from portal.models import Activity

if TYPE_CHECKING:
    from django.db.models import Model
    from django.forms import BaseModelForm, Field

    AnyForm = BaseModelForm[Any]

Saved = TypeVar("Saved")
MAX_COMPARED_LINES = 4000


class ChangedMeanwhileError(PortalError):
    """The row was saved after the form was opened; `stored` is it as it is now."""

    def __init__(self, stored: Model) -> None:
        super().__init__("Somebody saved it meanwhile.")
        self.stored = stored


@dataclass(frozen=True, slots=True)
class LinePair:
    """One line as it is stored and as it is in the form; None where there is none."""

    stored: str | None
    typed: str | None
    is_same: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs."""

    label: str
    lines: list[LinePair]


@dataclass(frozen=True, slots=True)
class Clash:
    """What somebody saved while this form was open, beside what stands in the form. `who` may be empty."""

    who: str
    at: datetime | None
    stamp: str
    differences: list[Difference]


def save_unless_changed(row: Model, read_at: str, save: Callable[[], Saved]) -> Saved:
    """Save if the stored row is still the one that was read (`read_at` is its stamp; empty does not ask).

    Raises ChangedMeanwhileError, and has saved nothing then.
    """
    with transaction.atomic():
        stored = type(row)._default_manager.select_for_update().filter(pk=row.pk).first() if row.pk else None  # noqa: SLF001
        if stored is not None and read_at not in {"", stamp_of(stored)}:
            raise ChangedMeanwhileError(stored)
        return save()


def clash_of(form: AnyForm, stored: Model) -> Clash:
    """Compare the posted form with the row as it is stored now."""
    deed = (
        Activity.objects.filter(object_type=stored._meta.label_lower, object_id=str(stored.pk))  # noqa: SLF001
        .order_by("-id")
        .first()
    )
    return Clash(
        who=_name(deed) if deed else "",
        at=getattr(stored, "updated_at", None),
        stamp=stamp_of(stored),
        differences=list(_differences(form, stored)),
    )


def _name(deed: Activity) -> str:
    return (deed.actor.get_full_name() if deed.actor else "") or deed.actor_name


def _differences(form: AnyForm, stored: Model) -> Iterator[Difference]:
    fresh = type(form)(instance=stored)
    for name, field in form.fields.items():
        if field.widget.is_hidden:
            continue
        theirs = _shown(field, fresh.get_initial_for_field(field, name))
        mine = _shown(field, form[name].value())
        if theirs != mine:
            yield Difference(str(field.label or name), compare_lines(theirs, mine))


def _shown(field: Field, value: Any) -> list[str]:
    """What a field holds, in lines: names for what was chosen, the text for what was typed."""
    if isinstance(field, ModelChoiceField | ModelMultipleChoiceField):
        return _chosen_names(field, value)
    if value is None or value == "":
        return []
    choices = dict(getattr(field, "choices", ()))
    return str(choices.get(value, value)).replace("\r\n", "\n").rstrip().split("\n")


def _chosen_names(field: ModelChoiceField[Any], value: Any) -> list[str]:
    chosen = value if isinstance(value, list | tuple) else [value]
    keys = {str(getattr(item, "pk", item)) for item in chosen if item not in (None, "")}
    queryset = field.queryset
    if queryset is None or not keys:
        return []
    choices = ModelChoiceIterator(field)
    rows = queryset.filter(pk__in=[key for key in keys if key.isdecimal()])
    return sorted(str(choices.choice(row)[1]) for row in rows)


def compare_lines(stored: list[str], typed: list[str]) -> list[LinePair]:
    """Set two texts side by side."""
    matcher = SequenceMatcher(None, stored[:MAX_COMPARED_LINES], typed[:MAX_COMPARED_LINES])
    pairs: list[LinePair] = []
    for what, a, b, c, d in matcher.get_opcodes():
        is_same = what == "equal"
        pairs.extend(LinePair(left, right, is_same) for left, right in zip_longest(stored[a:b], typed[c:d]))
    return pairs
