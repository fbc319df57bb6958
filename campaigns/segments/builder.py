"""What the builder in the browser has to know: fields, questions, what each needs, and what there is to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.utils.translation import gettext as _

from campaigns.segments.catalogue import known_catalogue, offered_rows
from campaigns.segments.operators import NEEDS, Kind, Op, ops_of
from campaigns.segments.wording import op_label

if TYPE_CHECKING:
    from campaigns.segments.catalogue import Catalogue


class FieldWords(TypedDict):
    """One field in the builder."""

    key: str
    kind: str
    label: str
    group: str
    options: list[str]


class Vocabulary(TypedDict):
    """All that the builder offers, as JSON."""

    fields: list[FieldWords]
    ops: dict[str, list[dict[str, object]]]  # kind: [{op, label, needs}]
    rows: dict[str, list[tuple[str, str]]]  # kind: [(id, name)]
    words: dict[str, str]


def vocabulary(catalogue: Catalogue | None = None) -> Vocabulary:
    """What can be asked here; five queries."""
    known = catalogue or known_catalogue()
    return Vocabulary(
        fields=[
            FieldWords(
                key=key, kind=field.kind.value, label=known.labels[key], group=known.groups[key],
                options=list(field.options),
            )
            for key, field in known.fields.items()
        ],
        ops={kind.value: [_op(kind, op) for op in ops_of(kind)] for kind in Kind},
        rows={kind.value: offered_rows(kind) for kind in (Kind.TAG, Kind.LIST, Kind.IMPORT, Kind.CAMPAIGN)},
        words=_words(),
    )  # fmt: skip


def _op(kind: Kind, op: Op) -> dict[str, object]:
    needs = sorted(need.value for need in NEEDS[kind, op])
    return {"op": op.value, "label": op_label(kind, op), "needs": needs}


def _words() -> dict[str, str]:
    return {
        "all": _("all of these"),
        "any": _("any of these"),
        "none": _("none of these"),
        "people": _("People who match"),
        "group": _("who match"),
        "add_condition": _("Add a condition"),
        "add_group": _("Add a group"),
        "remove_condition": _("Remove this condition"),
        "remove_group": _("Remove this group"),
        "field": _("What is asked"),
        "op": _("How it is compared"),
        "value": _("Value"),
        "and": _("and"),
        "from": _("from"),
        "until": _("until"),
        "day": _("Day"),
        "days": _("days"),
        "days_or_ever": _("days (empty: ever)"),
        "in_last": _("in the last"),
        "choose": _("choose…"),
        "any_campaign": _("None ticked: any campaign."),
        "nothing": _("None yet."),
        "added": _("Condition added"),
        "removed": _("Removed"),
        "counting": _("counting…"),
        "failed": _("The count did not come. It is tried again with the next change."),
    }
