"""Finding people who may stand twice: one statement over all contacts, by a worker where they are many.

Whoever shares a value with more than MAX_SAME others shares a family name or a firm, not an identity.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience.models import Contact
from campaigns.bulk.merge import MAX_PEOPLE
from campaigns.bulk.models import DuplicateScan
from campaigns.importing.columns import is_attribute_name
from portal.activity import record_activity
from portal.errors import InvalidInput
from portal.holds import Hold, HoldLost, take_hold
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

Kind, Status = DuplicateScan.Kind, DuplicateScan.Status
MAX_GROUPS = 500
MAX_SAME = MAX_PEOPLE
AT_ONCE = 20_000  # so many contacts are looked through while one waits
KEPT_SCANS = 20

_FIND = {"postgresql": "strpos", "sqlite": "instr"}
_IDS = {"postgresql": "string_agg(id::text, ',')", "sqlite": "group_concat(id)"}
_ATTRIBUTE = {"postgresql": "attributes ->> %s", "sqlite": "json_extract(attributes, '$.' || %s)"}

_GROUPS = """
SELECT {ids} FROM ({keys}) keyed
 WHERE sought <> '' GROUP BY sought HAVING COUNT(*) BETWEEN 2 AND {most} ORDER BY MIN(id) LIMIT {limit}
"""
# Everything before a +, and at Gmail without dots: where such mail arrives.
_MAILBOX = """
SELECT id, CASE WHEN domain IN ('gmail.com', 'googlemail.com') THEN replace(box, '.', '') || '@gmail.com'
                ELSE box || '@' || domain END AS sought
  FROM (SELECT id, domain, CASE WHEN {find}(local, '+') > 1 THEN substr(local, 1, {find}(local, '+') - 1)
                                ELSE local END AS box
          FROM (SELECT id, substr(address_key, 1, {find}(address_key, '@') - 1) AS local,
                       substr(address_key, {find}(address_key, '@') + 1) AS domain FROM campaigns_contact) split) boxed
"""
_NAME = """
SELECT id, CASE WHEN first_name_key = '' OR last_name_key = '' THEN ''
                ELSE first_name_key || '|' || last_name_key || substr(address_key, {find}(address_key, '@')) END AS sought
  FROM campaigns_contact
"""
_FIELD = "SELECT id, lower(trim({attribute})) AS sought FROM campaigns_contact"


@dataclass(frozen=True, slots=True)
class Group:
    """People who may be one."""

    people: list[Contact]

    @property
    def ids(self) -> str:
        return ",".join(str(person.pk) for person in self.people)


def start_scan(kind: DuplicateScan.Kind, *, field: str = "", actor: User | None) -> DuplicateScan:
    """Look for duplicates: at once where contacts are few, else by a worker. Raises InvalidInput for a strange field."""
    if kind == Kind.FIELD and not is_attribute_name(field):
        raise InvalidInput(_("Choose a field."))
    with transaction.atomic():
        scan = DuplicateScan.objects.create(kind=kind, field=field if kind == Kind.FIELD else "", created_by=actor)
        record_activity("contacts.duplicates_sought", actor=actor, target=scan)
        publish(TaskName.FIND_DUPLICATES, scan_id=scan.pk)
    if Contact.objects.order_by().values("pk")[: AT_ONCE + 1].count() <= AT_ONCE:
        find_duplicates(scan.pk)
        scan.refresh_from_db()
    return scan


def find_duplicates(scan_id: int) -> None:
    """Look; harmless when run twice: one worker holds the search, and it only reads contacts."""
    hold = take_hold(DuplicateScan.objects.filter(pk=scan_id), statuses=[Status.RUNNING])
    if hold is None:
        return
    try:
        _look(hold)
    except HoldLost:
        logger.info("duplicates.hold_lost", extra={"scan_id": scan_id})


def groups_of(scan: DuplicateScan, *, begin: int, count: int) -> list[Group]:
    """Some of the groups found, without people who have gone since."""
    chosen = scan.groups[begin : begin + count]
    people = Contact.objects.in_bulk([contact_id for ids in chosen for contact_id in ids])
    groups = [Group([people[contact_id] for contact_id in ids if contact_id in people]) for ids in chosen]
    return [group for group in groups if len(group.people) > 1]


def forget_old_scans() -> None:
    """Delete all but the newest searches."""
    kept = list(DuplicateScan.objects.values_list("pk", flat=True)[:KEPT_SCANS])
    if len(kept) == KEPT_SCANS:
        DuplicateScan.objects.filter(pk__lt=kept[-1]).delete()


def _look(hold: Hold[DuplicateScan]) -> None:
    if hold.is_hopeless:
        hold.end(status=Status.FAILED, finished_at=timezone.now())
        return
    groups = _read_groups(hold.row)
    hold.end(
        status=Status.COMPLETED,
        groups=groups[:MAX_GROUPS],
        is_cut=len(groups) > MAX_GROUPS,
        finished_at=timezone.now(),
    )


def _read_groups(scan: DuplicateScan) -> list[list[int]]:
    vendor = connection.vendor
    template = {Kind.MAILBOX: _MAILBOX, Kind.NAME: _NAME, Kind.FIELD: _FIELD}[Kind(scan.kind)]
    keys = template.format(find=_FIND[vendor], attribute=_ATTRIBUTE[vendor])
    sql = _GROUPS.format(ids=_IDS[vendor], keys=keys, most=MAX_SAME, limit=MAX_GROUPS + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, [scan.field] if scan.kind == Kind.FIELD else [])
        return [sorted(int(pk) for pk in ids.split(",")) for (ids,) in cursor.fetchall()]
