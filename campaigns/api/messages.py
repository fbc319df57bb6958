"""Single messages for programs: asking for one, and what became of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from campaigns.api.files import store_attachments
from campaigns.api.named import account_of, named, read_address, require_own_sender
from campaigns.api.once import Answer
from campaigns.api.problems import in_field
from campaigns.api.rehearsal import rehearsal_of
from campaigns.api.schemas import MessageIn, as_text, kind_of
from campaigns.messages.models import Template
from campaigns.sending.states import DeliveryState, Reason
from campaigns.transactional.models import TransactionalMessage
from campaigns.transactional.orders import AskedBy, MessageOrder, MessageSender, Wording, Words
from campaigns.transactional.people import deliveries_by_campaign
from campaigns.transactional.services import VALUE_NAME, queue_message
from campaigns.transactional.wording import compiled_wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaigns.sending.models import Delivery, SendingAccount
    from credentials.api_keys.models import ApiKey


@dataclass(frozen=True, slots=True)
class _Checked:
    """Addresses of the request that can be used, and the account."""

    to: list[str]
    sender: MessageSender
    account: SendingAccount


def prepared_message(wanted: MessageIn, api_key: ApiKey) -> Callable[[], Answer]:
    """What asks for the message, in a transaction, once everything outside of one is done. Raises Problem."""
    checked = _checked(wanted)
    wording = _wording(wanted)
    for name in wanted.values:
        if not VALUE_NAME.fullmatch(name):
            raise in_field(f"values.{name[:60]}", "A name has letters, digits and underscores, a letter first.")
    order = MessageOrder(
        to=checked.to,
        wording=wording,
        sender=checked.sender,
        asked_by=AskedBy(TransactionalMessage.Origin.API, api_key.name, api_key=api_key, actor=api_key.created_by),
        values={name: as_text(value) for name, value in wanted.values.items()},
        attachments=store_attachments(wanted.attachments),
        rehearsal=rehearsal_of(api_key, checked.account),
    )
    compiled_wording(wording)  # now: it may take its time, and is remembered for the transaction
    return lambda: _answer(queue_message(order), checked)


def message_status(public_id: uuid.UUID) -> dict[str, Any] | None:
    """What became of the message, for each who gets it; None where there is none."""
    messages = TransactionalMessage.objects.select_related("campaign")
    message = messages.filter(public_id=public_id).first()
    if message is None:
        return None
    deliveries = deliveries_by_campaign([message.campaign_id]).get(message.campaign_id, [])
    return {
        "id": str(message.public_id),
        "name": message.campaign.name,
        "created_at": message.created_at.isoformat(timespec="seconds"),
        "is_test": message.campaign.is_rehearsal,
        "status": message.campaign.status,
        "status_reason": message.campaign.status_reason,
        "recipients": [_recipient(delivery) for delivery in deliveries],
    }


def _recipient(delivery: Delivery) -> dict[str, Any]:
    reason = Reason(delivery.reason)
    return {
        "email": delivery.address,
        "state": DeliveryState(delivery.state).name.lower(),
        "reason": reason.name.lower() if reason else None,
        "text": str(reason.label) or None,
        "since": delivery.changed_at.isoformat(timespec="seconds"),
        "attempts": delivery.attempt_count,
    }


def _checked(wanted: MessageIn) -> _Checked:
    to = [wanted.to] if isinstance(wanted.to, str) else list(wanted.to)
    fields = ["to"] if isinstance(wanted.to, str) else [f"to[{number}]" for number in range(len(to))]
    recipients = [read_address(text, field=field).address for text, field in zip(to, fields, strict=True)]
    sender = read_address(wanted.from_email, field="from_email")
    reply_to = read_address(wanted.reply_to, field="reply_to").address if wanted.reply_to else ""
    account = account_of(relay=wanted.relay, ses=wanted.ses)
    require_own_sender(account, sender)
    return _Checked(recipients, MessageSender(sender.address, wanted.from_name, reply_to, account), account)


def _wording(wanted: MessageIn) -> Wording:
    if wanted.template is not None:
        return named(Template.objects.select_related("house_layout"), wanted.template, field="template")
    body = wanted.body or ""
    return Words(wanted.subject or "", body, kind_of(body, wanted.body_kind), wanted.text_body)


def _answer(message: TransactionalMessage, checked: _Checked) -> Answer:
    place = reverse("api:message_status", args=[message.public_id])
    body = {
        "id": str(message.public_id),
        "status": "queued",
        "to": checked.to,
        "account": checked.account.name,
        "status_url": place,
    }
    return Answer(202, body, {"Location": place})
