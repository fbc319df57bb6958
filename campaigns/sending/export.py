"""A campaign's people as CSV that spreadsheets cannot be tricked with, and that the import reads back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.importing.columns import EXPORT_MARK
from campaigns.importing.formula_guard import guard
from campaigns.sending.models import Acceptance, Campaign, Delivery
from campaigns.sending.people import all_people

if TYPE_CHECKING:
    from campaigns.sending.people import PeopleFilter

ROWS_PER_PIECE = 1000
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


def csv_lines(campaign: Campaign, wanted: PeopleFilter) -> Iterator[str]:
    """The file piece by piece, a thousand rows each; memory does not grow with the campaign."""
    yield BYTE_ORDER_MARK + _as_csv([_header()])
    people = all_people(campaign, wanted)
    while batch := list(islice(people, ROWS_PER_PIECE)):
        ids = Acceptance.objects.in_bulk([person.pk for person in batch])
        yield _as_csv([_row(person, ids.get(person.pk)) for person in batch])


def _header() -> list[str]:
    return [
        _("address"), _("first name"), _("last name"), _("state"), _("reason"), _("attempts"), _("since (UTC)"),
        _("SES message id"), EXPORT_MARK,
    ]  # fmt: skip


def _row(person: Delivery, acceptance: Acceptance | None) -> list[str]:
    contact = person.contact
    return [
        person.address,
        contact.first_name if contact else "",
        contact.last_name if contact else "",
        person.get_state_display(),
        person.get_reason_display(),
        str(person.attempt_count),
        person.changed_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        acceptance.ses_message_id if acceptance else "",
        "",
    ]


def _as_csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([guard(str(cell)) for cell in row] for row in rows)
    return out.getvalue()
