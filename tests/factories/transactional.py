"""Orders of single messages, and messages that were asked for."""

from __future__ import annotations

from campaigns.messages.models import Template
from campaigns.transactional.models import TransactionalMessage
from campaigns.transactional.orders import AskedBy, MessageOrder, MessageSender, Words
from campaigns.transactional.services import queue_message
from tests.factories.sending import make_account

RECEIPT = Words(subject="Receipt {{ number }}", body="Dear {{ first_name | default: 'customer' }}, thank you.")


def make_order(*to: str, wording: Template | Words = RECEIPT, **fields) -> MessageOrder:
    fields.setdefault("values", {"number": "R-1"})
    fields.setdefault("asked_by", AskedBy(TransactionalMessage.Origin.API, "Shop"))
    fields.setdefault("sender", MessageSender("shop@postroom.example", "The shop", account=make_account()))
    return MessageOrder(to=to or ("anna@club.example",), wording=wording, **fields)


def make_message(*to: str, **fields) -> TransactionalMessage:
    return queue_message(make_order(*to, **fields))
