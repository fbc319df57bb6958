"""Asking for a message to one person, or a few: a handful of rows, committed before anybody is told that it will go.

An unsubscribe does not stop such a mail, since the person asked for it by what they did; a bounce, a complaint and what
was suppressed by hand do.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.attachments.requirements import require_sendable_files
from campaigns.audience.models import Contact
from campaigns.messages.models import Template
from campaigns.messages.services import required_fields
from campaigns.sending.lanes import publish_lane
from campaigns.sending.models import Campaign, Chunk, Delivery, SendingAccount
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.transactional.models import TransactionalMessage
from campaigns.transactional.orders import MAX_RECIPIENTS, MAX_VALUES_CHARS
from campaigns.transactional.wording import compiled_wording, frozen_wording
from portal.errors import InvalidInput
from portal.mail.address import parse_address
from portal.mail.encoded_words import require_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from campaigns.messages.models import MessageVersion
    from campaigns.transactional.orders import MessageOrder, MessageSender, Wording
    from portal.mail.address import Address

logger = logging.getLogger(__name__)

VALUE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")


class MissingValues(InvalidInput):
    """The message shows values that nobody gave; `names` are they."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        text = _("The message shows %s, for which there is no value.")
        super().__init__(text % ", ".join(f"“{name}”" for name in self.names))


def queue_message(order: MessageOrder) -> TransactionalMessage:
    """Keep the message and wake a worker; when this has returned (and committed) it will be sent, or say why not.

    Raises InvalidAddress, InvalidInput, MissingValues, TemplateInvalid; nothing is kept then.
    """
    if order.once_key and (known := _known(order.once_key)) is not None:
        return known
    recipients = read_recipients(order.to)
    _require_usable(order.values)
    try:
        with transaction.atomic():
            return _queue(order, recipients)
    except IntegrityError:
        if order.once_key and (known := _known(order.once_key)) is not None:
            return known  # somebody asked for the same at the same moment
        raise


def read_recipients(to: Sequence[str]) -> list[Address]:
    """Each address once, in order. Raises InvalidAddress, or InvalidInput for none or too many."""
    found: dict[str, Address] = {}
    for address in map(parse_address, to):
        found.setdefault(address.key, address)
    if not found:
        raise InvalidInput(_("Say who gets it."))
    if len(found) > MAX_RECIPIENTS:
        raise InvalidInput(_("A message goes to at most %d people. For more, make it a campaign.") % MAX_RECIPIENTS)
    return list(found.values())


def forget_old_values() -> int:
    """Empty the values of messages that are older than MESSAGE_VALUES_DAYS; called by the sweep. Returns how many."""
    old = TransactionalMessage.objects.filter(values_until__lt=timezone.now()).order_by("values_until")
    ids = dict(old.values_list("pk", "campaign_id")[:1_000])
    with transaction.atomic():
        Campaign.objects.filter(pk__in=ids.values()).update(given_values={})
        TransactionalMessage.objects.filter(pk__in=ids).update(values_until=None)
    return len(ids)


def _known(once_key: str) -> TransactionalMessage | None:
    return TransactionalMessage.objects.filter(once_key=once_key).first()


def _require_usable(values: Mapping[str, str]) -> None:
    bad = next((name for name in values if not VALUE_NAME.fullmatch(name)), None)
    if bad is not None:
        raise InvalidInput(_("“%s” is no name of a value: letters, digits and underscores, a letter first.") % bad[:60])
    if sum(map(len, values.values())) > MAX_VALUES_CHARS:
        raise InvalidInput(_("The values are longer than %d characters together.") % MAX_VALUES_CHARS)
    if any("\0" in value for value in values.values()):
        raise InvalidInput(_("A value has a character in it that no text has."))


def _queue(order: MessageOrder, recipients: Sequence[Address]) -> TransactionalMessage:
    source, compiled = compiled_wording(order.wording)
    contacts = {contact.address_key: contact for contact in _contacts(recipients)}
    needed = required_fields(compiled)
    for recipient in recipients:
        _require_values(needed, order.values, contacts.get(recipient.key))
    version = frozen_wording(order.wording, source, compiled, order.attachments)
    campaign = _campaign_row(order, version, recipients)
    require_sendable_files(order.attachments, compiled, campaign.account)
    message = TransactionalMessage.objects.create(
        campaign=campaign, origin=order.asked_by.origin, origin_name=order.asked_by.name[:80],
        api_key=order.asked_by.api_key, once_key=order.once_key, values_until=_values_until(order),
        template=order.wording if isinstance(order.wording, Template) else None,
    )  # fmt: skip
    _deliveries(campaign, recipients, contacts)
    publish_lane(campaign.pk, is_priority=True)
    logger.info("message.queued", extra={"campaign": campaign.pk, "origin": order.asked_by.origin})
    return message


def _contacts(recipients: Sequence[Address]) -> Iterable[Contact]:
    return Contact.objects.filter(address_key__in=[recipient.key for recipient in recipients])


def _require_values(needed: frozenset[str], values: Mapping[str, str], contact: Contact | None) -> None:
    known = {**(contact.merge_values() if contact else {}), **values}
    if missing := [name for name in needed if not known.get(name)]:
        raise MissingValues(missing)


def _campaign_row(order: MessageOrder, version: MessageVersion, recipients: Sequence[Address]) -> Campaign:
    now = timezone.now()
    rehearsal = order.rehearsal
    return Campaign.objects.create(
        name=_name(order.wording), campaign_kind=CampaignKind.MESSAGE, status=CampaignStatus.IN_PROGRESS,
        kind=version.kind, subject=version.subject, test_recipient=recipients[0].address,
        given_values=dict(order.values), version=version, plan_cursor=1, planned_at=now, started_at=now,
        is_hurried=order.is_hurried, is_rehearsal=rehearsal is not None, rehearsal_guests=rehearsal.guests if rehearsal else None,
        created_by=order.asked_by.actor, **_envelope(order.sender),
    )  # fmt: skip


def _name(wording: Wording) -> str:
    return (wording.name if isinstance(wording, Template) else " ".join(wording.subject.split()))[:150]


def _envelope(sender: MessageSender) -> dict[str, SendingAccount | str]:
    account = sender.account or SendingAccount.objects.filter(is_active=True).order_by("pk").first()
    if account is None:
        raise InvalidInput(_("No account to send through is set up."))
    return {
        "account": account,
        "from_address": parse_address(sender.from_address).address,
        "from_name": require_one_line(sender.from_name, name="From")[:120],
        "reply_to": parse_address(sender.reply_to).address if sender.reply_to else "",
    }


def _values_until(order: MessageOrder) -> datetime | None:
    return timezone.now() + timedelta(days=settings.MESSAGE_VALUES_DAYS) if order.values else None


def _deliveries(campaign: Campaign, recipients: Sequence[Address], contacts: Mapping[str, Contact]) -> None:
    rows = [
        Delivery(
            campaign=campaign, contact=contacts.get(recipient.key), address=recipient.address,
            address_key=recipient.key, chunk_number=0,
        )
        for recipient in recipients
    ]  # fmt: skip
    Delivery.objects.bulk_create(rows)
    ids = [row.pk for row in rows]
    Chunk.objects.create(
        campaign=campaign, number=0, first_delivery_id=min(ids), last_delivery_id=max(ids), queued_count=len(rows)
    )
