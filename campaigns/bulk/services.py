"""What people do with many contacts at once: start a deed, stop it, undo it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience.models import ContactList, Tag
from campaigns.audience.selection import select_people
from campaigns.audience.services import get_or_create_list, get_or_create_tag
from campaigns.bulk import fields
from campaigns.bulk.models import BulkChange, BulkTarget
from campaigns.bulk.run import freeze, run_bulk_change
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Deed, Status = BulkChange.Deed, BulkChange.Status
AT_ONCE = 500  # so few people are changed while one waits
OF_TAGS = (Deed.ADD_TAG, Deed.REMOVE_TAG)
OF_LISTS = (Deed.ADD_TO_LIST, Deed.REMOVE_FROM_LIST)


@dataclass(frozen=True, slots=True)
class Order:
    """A deed as it was asked for: `query` says on whom (see `select_people`), the rest what."""

    deed: BulkChange.Deed
    query: str
    group: Tag | ContactList | None = None
    new_group_name: str = ""  # made where there is none of this name; goes before `group`
    field: str = ""
    value: str = ""


def start_bulk_change(order: Order, *, actor: User | None) -> BulkChange:
    """Do it at once for a few people, else let a worker do it. Raises InvalidInput for an order that cannot be.

    Whom it is for is frozen here for a few, and by the worker's first step for many.
    """
    contacts = select_people(order.query).contacts
    is_small = contacts.order_by().values("pk")[: AT_ONCE + 1].count() <= AT_ONCE
    with transaction.atomic():
        change = _save(order, actor=actor)
        if is_small:
            change.people_count = freeze(change)
            change.status = Status.RUNNING
            change.save()
        else:
            record_activity("contacts.bulk_started", actor=actor, target=change)
            publish(TaskName.RUN_BULK_CHANGE, change_id=change.pk)
    return run_at_once(change) if is_small else change


@transaction.atomic
def stop_bulk_change(change_id: int, *, actor: User | None) -> BulkChange:
    """Go no further; what is done already stays and can be undone. Raises Conflict when it is over."""
    change = _locked(change_id, Status.WAITING, Status.RUNNING)
    change.status = Status.CANCELLED
    change.finished_at = timezone.now()
    change.lease_token, change.lease_until = "", None
    change.save()
    BulkTarget.objects.filter(change_id=change_id).delete()
    record_activity("contacts.bulk_stopped", actor=actor, target=change, changed=change.changed_count)
    return change


def undo_bulk_change(change_id: int, *, actor: User | None) -> BulkChange:
    """Take back what the deed changed: at once for a few people, else by a worker. Raises Conflict when it is too late."""
    with transaction.atomic():
        change = _locked(change_id, Status.COMPLETED, Status.CANCELLED, Status.FAILED)
        if not change.can_undo:
            raise Conflict(_("This cannot be undone: nobody was changed, or the time for it is over."))
        change.status = Status.UNDOING
        change.undone_by = actor
        change.restored_count = change.kept_count = 0
        change.kept_examples = []
        change.problem = ""
        change.save()
        publish(TaskName.RUN_BULK_CHANGE, change_id=change_id)
    return run_at_once(change) if change.changed_count <= AT_ONCE else change


def run_at_once(change: BulkChange) -> BulkChange:
    """Do what a worker would do, now; should it stop half-way, a worker goes on."""
    run_bulk_change(change.pk)
    change.refresh_from_db()
    return change


def _save(order: Order, *, actor: User | None) -> BulkChange:
    change = BulkChange(deed=order.deed, query=order.query, created_by=actor)
    if order.deed in OF_TAGS + OF_LISTS:
        group = _group_of(order)
        change.group_id, change.label = group.pk, group.name
    if order.deed == Deed.SET_FIELD:
        change.field = order.field
        change.value = fields.clean_value(order.field, order.value)
        change.label = fields.field_label(order.field)
    change.save()
    return change


def _group_of(order: Order) -> Tag | ContactList:
    if order.new_group_name:
        make = get_or_create_tag if order.deed in OF_TAGS else get_or_create_list
        return make(order.new_group_name)
    if order.group is None:
        raise InvalidInput(_("Choose one, or give a name for a new one."))
    return order.group


def _locked(change_id: int, *statuses: BulkChange.Status) -> BulkChange:
    change = BulkChange.objects.select_for_update().get(pk=change_id)
    if change.status not in statuses:
        raise Conflict(_("“%(what)s” is %(status)s.") % {"what": change, "status": change.get_status_display()})
    return change
