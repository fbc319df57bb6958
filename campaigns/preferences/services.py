"""What a person does by the link in a mail: leave its lists or everything, choose, say why, and take it back.

One click (and our button) leaves the lists that the mail went to; where it went to others as well, to tags, segments or
everybody, it stops everything, so that the same newsletter never comes again by another way.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience.consent import Consent, record_consent
from campaigns.audience.models import ContactList, ListMembership
from campaigns.preferences.models import LeftList, ListOptOut, Unsubscription
from campaigns.preferences.opt_outs import leave_list
from campaigns.preferences.people import Holder, LinkOf, holder_of, shown_lists
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import release, suppress

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django.db.models import QuerySet

    from campaigns.audience.models import Contact

logger = logging.getLogger(__name__)

UNDO_HOURS = 24
Scope = Unsubscription.Scope


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose on our page; `shown` are the lists they saw, `kept` those they want to stay on."""

    shown: Collection[int] = ()
    kept: Collection[int] = ()
    is_everything: bool = False


@transaction.atomic
def unsubscribe(delivery_id: int, *, is_one_click: bool) -> Holder:
    """Do what the button says; harmless to repeat. Links of tests and of forgotten people change nothing."""
    holder = holder_of(delivery_id, is_locked=True)
    if holder.kind is not LinkOf.PERSON:
        return holder
    lists = holder.campaign_lists
    if is_done(holder, lists):
        return holder
    deed = _begin(holder, lists, is_one_click=is_one_click)
    if lists:
        _leave(holder, lists, deed)
    else:
        _stop(holder, deed)
    return holder


@transaction.atomic
def choose(delivery_id: int, choice: Choice) -> Unsubscription | None:
    """Leave the lists that are no longer ticked, or everything; None when nothing had to change."""
    holder = holder_of(delivery_id, is_locked=True)
    if holder.kind is not LinkOf.PERSON:
        return None
    if choice.is_everything:
        if is_done(holder, ()):
            return None
        deed = _begin(holder, (), is_one_click=False)
        _stop(holder, deed)
        return deed
    offered = {each.list_id for each in shown_lists(holder)} & set(choice.shown)
    lists = list(ContactList.objects.filter(pk__in=offered - set(choice.kept)).order_by("name"))
    if not lists:
        return None
    deed = _begin(holder, lists, is_one_click=False)
    _leave(holder, lists, deed)
    return deed


def give_reason(delivery_id: int, *, why: str, words: str) -> None:
    """Keep why the person left, with what they did last; a reason that we do not offer is left out."""
    deed = latest_deed(delivery_id)
    if deed is None or why not in Unsubscription.Why.values:
        return
    Unsubscription.objects.filter(pk=deed.pk).update(why=why, why_text=words.replace("\0", "")[:500])


def latest_deed(delivery_id: int) -> Unsubscription | None:
    """What was last done by this link and can be taken back."""
    return _undoable(delivery_id).first()


@transaction.atomic
def take_back(delivery_id: int) -> bool:
    """Undo what was done by this link in the last hours ("that was a mistake"); False when there is nothing."""
    holder = holder_of(delivery_id, is_locked=True)
    deeds = list(_undoable(delivery_id).select_for_update()) if holder.kind is LinkOf.PERSON else []
    for deed in deeds:
        _put_back(holder.contact, deed)
        Unsubscription.objects.filter(pk=deed.pk).update(undone_at=timezone.now())
        logger.info("unsubscribe.undone", extra={"unsubscription": deed.pk})
    return bool(deeds)


def _undoable(delivery_id: int) -> QuerySet[Unsubscription]:
    since = timezone.now() - timedelta(hours=UNDO_HOURS)
    return Unsubscription.objects.filter(delivery_id=delivery_id, undone_at=None, at__gte=since).order_by("-pk")


def is_done(holder: Holder, lists: Sequence[ContactList]) -> bool:
    """Whether this link has done it before, and it still stands."""
    if holder.delivery is None:
        return True
    deeds = Unsubscription.objects.filter(delivery_id=holder.delivery.pk, undone_at=None)
    if not lists:
        stopped = Suppression.objects.filter(address_key__in=holder.address_keys).count()
        return deeds.filter(scope=Scope.EVERYTHING).exists() and stopped == len(holder.address_keys)
    left = ListOptOut.objects.filter(address_key__in=holder.address_keys, contact_list__in=lists).count()
    return deeds.exists() and left == len(lists) * len(holder.address_keys)


def _begin(holder: Holder, lists: Sequence[ContactList], *, is_one_click: bool) -> Unsubscription:
    delivery = holder.delivery
    assert delivery is not None  # a person's link has its delivery
    deed = Unsubscription.objects.create(
        delivery_id=delivery.pk,
        campaign_id=delivery.campaign_id,
        address_key=delivery.address_key,
        scope=Scope.LISTS if lists else Scope.EVERYTHING,
        list_names=", ".join(each.name for each in lists)[:500],
        is_one_click=is_one_click,
    )
    logger.info("unsubscribe.done", extra={"unsubscription": deed.pk, "campaign": delivery.campaign_id})
    return deed


def _leave(holder: Holder, lists: Sequence[ContactList], deed: Unsubscription) -> None:
    left = [leave_list(each, contact=holder.contact, address_keys=holder.address_keys, by=deed) for each in lists]
    Unsubscription.objects.filter(pk=deed.pk).update(left=left)
    for each in lists:
        _withdraw_consent(holder, deed, contact_list=each)


def _stop(holder: Holder, deed: Unsubscription) -> None:
    delivery = holder.delivery
    assert delivery is not None
    addresses = {delivery.address_key: delivery.address}
    if holder.contact is not None:
        addresses[holder.contact.address_key] = holder.contact.address
    known = set(Suppression.objects.filter(address_key__in=list(addresses)).values_list("address_key", flat=True))
    written = [
        suppress(
            address,
            reason=Suppression.Reason.UNSUBSCRIBE,
            source=Suppression.Source.RECIPIENT,
            note=delivery.campaign.name,
        )
        for _key, address in sorted(addresses.items())
    ]
    new = [row.pk for row in written if row.address_key not in known]
    Unsubscription.objects.filter(pk=deed.pk).update(suppression_ids=new)
    _withdraw_consent(holder, deed, contact_list=None)


def _withdraw_consent(holder: Holder, deed: Unsubscription, *, contact_list: ContactList | None) -> None:
    """Write it down once: a second click adds nothing, nor does one of somebody who was deleted."""
    if holder.contact is None or holder.delivery is None:
        return
    newest = Consent.objects.filter(contact=holder.contact, contact_list=contact_list).first()
    if newest is not None and newest.kind == Consent.Kind.WITHDRAWN:
        return
    record_consent(
        holder.contact,
        source=Consent.Source.RECIPIENT,
        kind=Consent.Kind.WITHDRAWN,
        contact_list=contact_list,
        wording=f"{Suppression.Reason.UNSUBSCRIBE.label}: {holder.delivery.campaign.name}",
    )


def _put_back(contact: Contact | None, deed: Unsubscription) -> None:
    ListOptOut.objects.filter(unsubscription=deed).delete()
    for suppression in Suppression.objects.filter(
        pk__in=deed.suppression_ids, reason=Suppression.Reason.UNSUBSCRIBE, source=Suppression.Source.RECIPIENT
    ):
        release(suppression.pk, reason_text=_("The person took the unsubscribe back."), actor=None)
    if contact is None:
        return
    lists = {each.pk: each for each in ContactList.objects.filter(pk__in=[left["list_id"] for left in deed.left])}
    for left in deed.left:
        if left["list_id"] in lists:
            _rejoin(contact, lists[left["list_id"]], left)
    consented: list[ContactList | None] = [*lists.values()]
    for contact_list in consented or [None]:
        record_consent(
            contact,
            source=Consent.Source.RECIPIENT,
            contact_list=contact_list,
            wording=_("The person took the unsubscribe back."),
        )


def _rejoin(contact: Contact, contact_list: ContactList, left: LeftList) -> None:
    if not left["joined_at"]:
        return
    row, created = ListMembership.objects.get_or_create(contact=contact, contact_list=contact_list)
    if created:
        joined_at = datetime.fromisoformat(left["joined_at"])
        ListMembership.objects.filter(pk=row.pk).update(joined_at=joined_at, import_id=left["import_id"])
