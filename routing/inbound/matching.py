"""Deliveries as the log of mail narrows them; deeds for all that it shows ask by the same words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from portal.fields import prefix_range
from portal.row_ids import row_id
from routing.inbound.models import DeliveryState, InboundDelivery, InboundMessage
from routing.recipients import read_recipient
from routing.rules.definition import ActionKind

if TYPE_CHECKING:
    from django.db.models import QuerySet

BY_DEFAULT = "none"  # no rule decided


def in_state(rows: QuerySet[InboundDelivery], value: str) -> QuerySet[InboundDelivery]:
    """Those in a state; all for a word that is none."""
    return rows.filter(state=value) if value in DeliveryState.values else rows


def of_action(rows: QuerySet[InboundDelivery], value: str) -> QuerySet[InboundDelivery]:
    """Those of an action; all for a word that is none."""
    return rows.filter(action=value) if value in list(ActionKind) else rows


def by_rule(rows: QuerySet[InboundDelivery], value: str) -> QuerySet[InboundDelivery]:
    """Those that a rule, by its id, or none (BY_DEFAULT) decided; all for anything else."""
    if value == BY_DEFAULT:
        return rows.filter(rule=None, rule_key="")
    rule_id = row_id(value)
    return rows if rule_id is None else rows.filter(rule_id=rule_id)


NARROWED: Final[Mapping[str, Callable[[QuerySet[InboundDelivery], str], QuerySet[InboundDelivery]]]] = {
    "delivery": in_state,
    "action_kind": of_action,
    "rule": by_rule,
}


def sought_prefix(text: str) -> tuple[str, str] | None:
    """The range of keys that begin with what was typed; None for nothing."""
    wanted = text.replace("\0", "").strip()
    return prefix_range(read_recipient(wanted).key) if wanted else None


def found_messages(typed: str, limit: int) -> list[InboundMessage]:
    """The newest mails from, or to, an address that begins with what was typed: by two indexes, a few rows of each."""
    sought = sought_prefix(typed)
    if sought is None:
        return []
    low, high = sought
    rows = InboundMessage.objects.filter(is_canary=False).only("subject", "sender_key").order_by("-pk")
    sent = list(rows.filter(sender_key__gte=low, sender_key__lt=high)[:limit])
    to = InboundDelivery.objects.filter(recipient__gte=low, recipient__lt=high).order_by("-pk")
    received = list(rows.filter(pk__in=list(to.values_list("message_id", flat=True)[: 2 * limit])))
    unique = {message.pk: message for message in (*sent, *received)}
    return [unique[pk] for pk in sorted(unique, reverse=True)][:limit]
