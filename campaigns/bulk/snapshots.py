"""Rows as JSON and back, exactly: what deleting people takes away and undoing it brings back.

What hangs on a contact is asked of the models, so that a new table that goes with contacts is kept without a word here.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from django.apps import apps
from django.db import models
from django.db.models import CASCADE, SET_NULL, ForeignKey, ManyToOneRel
from django.db.models.constants import OnConflict

from campaigns.audience.models import Contact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Field, Model

RowDict = dict[str, Any]  # {column: JSON value}; a boundary, like the columns themselves
ROWS_PER_INSERT = 500


class PersonDict(TypedDict):
    """One contact with everything that goes with it, and what only pointed to it."""

    contact: RowDict
    hanging: dict[str, list[RowDict]]  # {model label: rows}
    pointing: dict[str, list[Any]]  # {model label: ids of rows that stay, without their contact}


@cache
def hanging_keys() -> tuple[ForeignKey[Any, Any], ...]:
    """The foreign keys of all rows that go when their contact goes."""
    return _keys_that(CASCADE)


@cache
def pointing_keys() -> tuple[ForeignKey[Any, Any], ...]:
    """The foreign keys of all rows that stay when their contact goes, and no longer name it."""
    return _keys_that(SET_NULL)


def _keys_that(on_delete: Any) -> tuple[ForeignKey[Any, Any], ...]:
    relations = Contact._meta.get_fields(include_hidden=True)  # noqa: SLF001
    found = [relation for relation in relations if isinstance(relation, ManyToOneRel)]
    return tuple(
        relation.field
        for relation in found
        if relation.on_delete is on_delete and isinstance(relation.field, ForeignKey)
    )


def row_of(instance: Model) -> RowDict:
    """All columns of a row as JSON values."""
    return {field.attname: _as_json(field.value_from_object(instance)) for field in _columns_of(type(instance))}


def instance_of(model: type[Model], row: RowDict) -> Model:
    """The row as an instance, not saved. Columns that the model no longer has are left out."""
    known = {field.attname: field for field in _columns_of(model)}
    return model(**{name: known[name].to_python(value) for name, value in row.items() if name in known})


def insert_rows(model: type[Model], rows: Iterable[RowDict]) -> None:
    """Put rows back as they were, ids and times too; one that is there already stays as it is."""
    instances = [instance_of(model, row) for row in rows]
    fields, store = _columns_of(model), model._base_manager.all()  # noqa: SLF001
    for begin in range(0, len(instances), ROWS_PER_INSERT):
        part = instances[begin : begin + ROWS_PER_INSERT]
        # bulk_create would write the times of now into auto_now columns.
        store._insert(part, fields=fields, raw=True, on_conflict=OnConflict.IGNORE)  # type: ignore[attr-defined]  # noqa: SLF001


def take_people(contacts: Sequence[Contact]) -> dict[int, PersonDict]:
    """{contact id: the person with what hangs on them}; nothing is changed."""
    people: dict[int, PersonDict] = {
        contact.pk: PersonDict(contact=row_of(contact), hanging=defaultdict(list), pointing=defaultdict(list))
        for contact in contacts
    }
    for key in hanging_keys():
        rows = key.model._base_manager.filter(**{f"{key.attname}__in": list(people)})  # noqa: SLF001
        for row in rows.order_by("pk"):
            people[getattr(row, key.attname)]["hanging"][key.model._meta.label].append(row_of(row))  # noqa: SLF001
    for key in pointing_keys():
        rows = key.model._base_manager.filter(**{f"{key.attname}__in": list(people)})  # noqa: SLF001
        for row_id, contact_id in rows.values_list("pk", key.attname):
            people[contact_id]["pointing"][key.model._meta.label].append(row_id)  # noqa: SLF001
    return people


def remove_people(contact_ids: Sequence[int]) -> None:
    """Delete contacts and what hangs on them, without loading a row."""
    for key in hanging_keys():
        delete_rows(key.model._base_manager.filter(**{f"{key.attname}__in": contact_ids}))  # noqa: SLF001
    for key in pointing_keys():
        key.model._base_manager.filter(**{f"{key.attname}__in": contact_ids}).update(**{key.attname: None})  # noqa: SLF001
    delete_rows(Contact.objects.filter(pk__in=contact_ids))


def bring_back(people: Sequence[PersonDict]) -> None:
    """Insert people as they were; of what hung on them only rows whose other ends are still there."""
    insert_rows(Contact, [person["contact"] for person in people])
    hanging: dict[str, list[RowDict]] = defaultdict(list)
    for person in people:
        for label, rows in person["hanging"].items():
            hanging[label] += rows
    for label, rows in hanging.items():
        model = apps.get_model(label)
        insert_rows(model, _with_both_ends(model, rows))
    for key in pointing_keys():
        for person in people:
            ids = person["pointing"].get(key.model._meta.label, [])  # noqa: SLF001
            free = key.model._base_manager.filter(pk__in=ids, **{f"{key.attname}__isnull": True})  # noqa: SLF001
            if ids:
                free.update(**{key.attname: person["contact"]["id"]})


def delete_rows(rows: models.QuerySet[Any]) -> int:
    """Delete without collecting; nothing may hang on these rows."""
    return int(rows._raw_delete(rows.db) or 0)  # noqa: SLF001 - None where no row can match


def _with_both_ends(model: type[Model], rows: list[RowDict]) -> list[RowDict]:
    for field in _columns_of(model):
        if not isinstance(field, ForeignKey):
            continue
        gone = _missing_ends(field, rows)
        if field.null:
            rows = [{**row, field.attname: None} if row.get(field.attname) in gone else row for row in rows]
        else:
            rows = [row for row in rows if row.get(field.attname) not in gone]
    return rows


def _missing_ends(field: ForeignKey[Any, Any], rows: list[RowDict]) -> set[Any]:
    """Ids that the rows name and that are neither stored nor among the rows themselves."""
    other = field.remote_field.model
    wanted = {row[field.attname] for row in rows if row.get(field.attname) is not None}
    if other is field.model:
        wanted -= {row["id"] for row in rows}
    return wanted - set(other._base_manager.filter(pk__in=wanted).values_list("pk", flat=True))  # noqa: SLF001


def _columns_of(model: type[Model]) -> list[Field[Any, Any]]:
    return list(model._meta.concrete_fields)  # noqa: SLF001


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
