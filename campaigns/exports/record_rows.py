"""Suppressions and the activity log as rows."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from campaigns.exports.models import Export
from campaigns.exports.rows import Piece
from campaigns.suppression.models import Suppression
from portal.errors import InvalidInput
from portal.fields import prefix_range
from portal.models import Activity

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


class Suppressions:
    """Addresses that get no mail: `reason__exact=bounce&source__exact=import&q=anna`."""

    VIEW_PERMISSION = "campaigns.view_suppression"

    @staticmethod
    def label(query: str) -> str:
        _suppressions(query)
        return _chosen(query)

    @staticmethod
    def expected(query: str, *, most: int) -> int:
        return _suppressions(query).values("pk")[:most].count()

    @staticmethod
    def field_names(_query: str) -> list[str]:
        return []

    @staticmethod
    def header(export: Export) -> list[str]:
        more = [_("source"), _("by")] if export.columns == Export.Columns.ALL else []
        return [_("address"), _("reason"), _("note"), _("since (UTC)"), *more]

    @staticmethod
    def read(export: Export, cursor: str, count: int) -> Piece:
        rows = _suppressions(export.query).filter(pk__gt=int(cursor or 0)).select_related("created_by")
        found = list(rows.order_by("pk")[:count])
        return Piece([_suppression_row(row, export) for row in found], str(found[-1].pk) if len(found) == count else "")


class Activities:
    """Who did what: `subject=campaign&who=people&q=anna`."""

    VIEW_PERMISSION = "portal.view_activity"

    @staticmethod
    def label(query: str) -> str:
        _activities(query)
        return _chosen(query)

    @staticmethod
    def expected(query: str, *, most: int) -> int:
        return _activities(query).values("pk")[:most].count()

    @staticmethod
    def field_names(_query: str) -> list[str]:
        return []

    @staticmethod
    def header(export: Export) -> list[str]:
        more = [_("object"), _("details"), _("IP address")] if export.columns == Export.Columns.ALL else []
        return [_("when (UTC)"), _("who"), _("deed"), _("what"), *more]

    @staticmethod
    def read(export: Export, cursor: str, count: int) -> Piece:
        rows = _activities(export.query).filter(pk__gt=int(cursor or 0))
        found = list(rows.order_by("pk")[:count])
        return Piece([_activity_row(row, export) for row in found], str(found[-1].pk) if len(found) == count else "")


def _chosen(query: str) -> str:
    return ", ".join(str(value) for _name, value in sorted(QueryDict(query).items()) if value)[:300]


def _suppressions(query: str) -> QuerySet[Suppression]:
    wanted, rows = QueryDict(query), Suppression.objects.order_by()
    for name, known in (("reason", Suppression.Reason.values), ("source", Suppression.Source.values)):
        value = wanted.get(f"{name}__exact", "")
        if value and value not in known:
            raise InvalidInput(_("This filter means nothing. Go back and choose again."))
        rows = rows.filter(**{name: value}) if value else rows
    low, high = prefix_range(wanted.get("q", "").replace("\0", "").strip().lower())
    return rows.filter(address_key__gte=low, address_key__lt=high) if low else rows


def _suppression_row(row: Suppression, export: Export) -> list[str]:
    usual = [row.address, str(row.get_reason_display()), row.note, _time(row.created_at)]
    if export.columns != Export.Columns.ALL:
        return usual
    return [*usual, str(row.get_source_display()), row.created_by.get_username() if row.created_by else ""]


def _activities(query: str) -> QuerySet[Activity]:
    wanted, rows = QueryDict(query), Activity.objects.order_by()
    asked = {name: str(value).replace("\0", "") for name, value in wanted.items()}
    subject, who, term = asked.get("subject", ""), asked.get("who", ""), asked.get("q", "")
    if subject:
        rows = rows.filter(verb__startswith=f"{subject}.")
    if who in {"people", "system"}:
        rows = rows.filter(actor__isnull=who == "system")
    elif who.startswith("user:") and who[5:].isdecimal():
        rows = rows.filter(actor_id=int(who[5:]))
    elif who:
        raise InvalidInput(_("This filter means nothing. Go back and choose again."))
    return rows.filter(Q(actor_name__istartswith=term) | Q(object_label__istartswith=term)) if term else rows


def _activity_row(row: Activity, export: Export) -> list[str]:
    usual = [_time(row.at), row.actor_name, row.verb, row.object_label]
    if export.columns != Export.Columns.ALL:
        return usual
    details = json.dumps(row.details, ensure_ascii=False, sort_keys=True) if row.details else ""
    return [*usual, f"{row.object_type} {row.object_id}".strip(), details, row.ip_address or ""]


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
