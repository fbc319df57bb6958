"""What the columns step says of each column, of the file, and of files like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.audience.field_values import ValueRule, fits
from campaigns.audience.known_fields import known_fields
from campaigns.audience.value_fields import type_hint
from campaigns.importing import columns
from campaigns.importing.format_words import encoding_label
from campaigns.importing.forms import FIELD, TARGET_CHOICES, ColumnsForm
from campaigns.importing.models import ColumnMapping, ContactImport
from campaigns.importing.problems import ProblemCode, ProblemDict
from campaigns.importing.wording import describe_problem
from portal.wording import format_count, format_percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.forms import BoundField

    from campaigns.audience.fields import ContactField

MOSTLY = 0.9  # an address column with a smaller share of addresses is worth a look
REMEMBERED_FILES = 20
EXAMPLE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file as the page shows it."""

    name: str
    examples: list[str]
    target: BoundField
    field: BoundField
    finding: str
    level: str  # good or warn


def column_rows(form: ColumnsForm, contact_import: ContactImport) -> list[ColumnRow]:
    """The columns of the file, each with its two fields of the form."""
    known = known_fields()
    return [_row(form, number, column, known) for number, column in enumerate(contact_import.columns)]


def offered_fields() -> dict[str, str]:
    """{name: label with type} of the fields there are, and of those that earlier imports filled."""
    latest = ColumnMapping.objects.order_by("-used_at").values_list("targets", flat=True)[:REMEMBERED_FILES]
    found = {target for targets in latest for target in targets.values()}
    prefix = columns.ATTRIBUTE_PREFIX
    filled = {target.removeprefix(prefix) for target in found if target.startswith(prefix)}
    known = known_fields()
    return {name: field_words(known[name]) if name in known else "" for name in sorted(filled | set(known))}


def field_words(field: ContactField) -> str:
    """The field with its type: Born (date)."""
    return f"{field.label} ({field.get_field_type_display()})"


def target_label(target: str) -> str:
    """Where a column goes, in words; a field of its own by the name that messages use."""
    if target.startswith(columns.ATTRIBUTE_PREFIX):
        return f"{{{{ {target.removeprefix(columns.ATTRIBUTE_PREFIX)} }}}}"
    return str(dict(TARGET_CHOICES).get(target, target))


def note_text(note: ProblemDict) -> str:
    """A remark on the header or the encoding."""
    value = note.get("value", "")
    if note["code"] == ProblemCode.ENCODING_UNSURE:
        value = encoding_label(value)
    sentence = str(describe_problem(note))
    return f"“{value}”: {sentence}" if value else sentence


def file_problem_text(contact_import: ContactImport) -> str:
    """Why the file could not be read the last time; "" when it could."""
    return str(describe_problem(contact_import.file_problem)) if contact_import.file_problem else ""


def encoding_fix(contact_import: ContactImport) -> dict[str, str]:
    """The encoding that would read the file, with its label; empty where none is proposed."""
    kind, _colon, meant = contact_import.file_problem.get("fix", "").partition(":")
    return {"value": meant, "label": encoding_label(meant)} if kind == "encoding" else {}


def earlier_import(contact_import: ContactImport) -> ContactImport | None:
    """A completed import of a file with the same name and size."""
    same = ContactImport.objects.filter(
        file_name=contact_import.file_name,
        file_bytes=contact_import.file_bytes,
        status=ContactImport.Status.COMPLETED,
    )
    return same.exclude(pk=contact_import.pk).select_related("created_by").first()


def _row(form: ColumnsForm, number: int, column: columns.ColumnDict, known: Mapping[str, ContactField]) -> ColumnRow:
    finding, level = _finding(column)
    name = str(form[f"field_{number}"].value() or "").strip()
    if form[f"target_{number}"].value() == FIELD and name in known and column["distinct_count"]:
        finding, level = _field_finding(column, known[name])
    return ColumnRow(
        name=column["name"],
        examples=column["examples"],
        target=form[f"target_{number}"],
        field=form[f"field_{number}"],
        finding=finding,
        level=level,
    )


def _finding(column: columns.ColumnDict) -> tuple[str, str]:
    """(what the first rows say about the column, its level)."""
    filled = format_percent(column["filled_share"], digits=0)
    if not column["distinct_count"]:
        return _("empty"), "warn"
    if column["target"] == columns.ADDRESS:
        share = column["address_share"]
        return _("%s look like e-mail addresses") % format_percent(share), "good" if share >= MOSTLY else "warn"
    if column["target"] == columns.TAGS:
        count = format_count(column["distinct_count"])
        return _("%(count)s different, %(filled)s filled") % {"count": count, "filled": filled}, "good"
    return _("%s filled") % filled, "good"


def _field_finding(column: columns.ColumnDict, field: ContactField) -> tuple[str, str]:
    """Which field it is, and which of the first values it could not have."""
    unfit = next((value for value in column["examples"] if not fits(value, field.kind, field.options)), None)
    if unfit is not None:
        rule = ValueRule(field.kind, tuple(field.options))
        words = {"value": unfit[:EXAMPLE_LENGTH], "field": field_words(field), "hint": type_hint(rule)}
        return _("“%(value)s” does not fit %(field)s: it takes %(hint)s; else it is left out") % words, "warn"
    filled = format_percent(column["filled_share"], digits=0)
    return _("%(field)s, %(filled)s filled") % {"field": field_words(field), "filled": filled}, "good"
