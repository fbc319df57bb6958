"""Writes the demo's inbound side: a domain, rules, and mail of a week, decided by the real rules."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from time_machine import travel

from routing.domains.services import add_domain
from routing.inbound.headers import addresses_in, first_of, read_headers
from routing.inbound.models import DeliveryState, InboundDelivery, InboundMessage
from routing.inbound.reasons import Reason
from routing.inbound.router import decide_message, new_delivery
from routing.inbound.work import append_steps, write_step
from routing.rules.decide import Decision, decision_json
from routing.rules.definition import ActionKind
from routing.rules.hits import count_hits
from routing.rules.load import load_rules
from routing.rules.services import save_rule
from sandbox.demo.mails import OBJECTS, PAST_MAILS, PastMail
from sandbox.receiving import Incoming, ses_headers, verdict
from sandbox.seed import DEMO_DOMAIN

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from routing.gmail.models import GmailMailbox

_ENDS = {
    ActionKind.GMAIL: DeliveryState.DELIVERED,
    ActionKind.FORWARD: DeliveryState.DELIVERED,
    ActionKind.BOUNCE: DeliveryState.BOUNCED,
}
_CHECKS = ("spam", "virus", "spf", "dkim", "dmarc")


def write_inbound(mailboxes: dict[str, GmailMailbox], actor: User | None) -> None:
    """Write the domain and its rules, then let the mails of last week come in at their times."""
    begin = timezone.now()
    with travel(begin - max(mail.ago for mail in PAST_MAILS), tick=False):
        add_domain(DEMO_DOMAIN, actor=actor)
        _write_rules(mailboxes, actor)
    for number, mail in enumerate(PAST_MAILS):
        with travel(begin - mail.ago, tick=False):
            _come_in(number, mail, begin - mail.ago)


def stored_mails() -> dict[str, bytes]:
    """Return the past mails that are still kept, as SES stores them, by their keys in the bucket."""
    found = InboundMessage.objects.filter(object_key__startswith=OBJECTS, raw=InboundMessage.Raw.KEPT)
    return {message.object_key: stored_raw(_number_of(message), message.received_at) for message in found}


def stored_raw(number: int, at: datetime) -> bytes:
    """Return one mail as SES stores it."""
    mail = PAST_MAILS[number]
    incoming = Incoming(mail.raw(), mail.sender, [mail.recipient], mail.verdicts)
    return ses_headers(incoming, f"demo-{number}", at) + mail.raw()


def _number_of(message: InboundMessage) -> int:
    return int(message.object_key.removeprefix(OBJECTS))


def _write_rules(mailboxes: dict[str, GmailMailbox], actor: User | None) -> None:
    vera, office, archive = (mailboxes[f"{name}@gmail.example"] for name in ("vera", "office", "archive"))
    spam = {"kind": "verdict", "verdict": "spam", "statuses": ["FAIL"]}
    _rule("info", "Information", [([spam], [{"kind": "drop"}]), ([], [_gmail(vera, "Info")])], actor)
    _rule("office", "The office", [([], [_gmail(office), {"kind": "store"}])], actor)
    _rule("press", "Press", [([], [{"kind": "forward", "address": "press@agency.example"}])], actor)
    text = "This list has ended. Write to info@postroom.example."
    _rule("old-newsletter", "", [([], [{"kind": "bounce", "code": "no_mailbox", "text": text}])], actor)
    _rule("archive", "Scans", [([], [_gmail(archive, "Scans")])], actor)
    _rule("postroom-test", "Test mail", [([], [_gmail(vera)])], actor)


def _gmail(mailbox: GmailMailbox, *labels: str) -> dict[str, Any]:
    return {"kind": "gmail", "account_id": mailbox.pk, "labels": list(labels), "never_spam": False}


def _rule(to: str, name: str, choices: list[tuple[list[Any], list[Any]]], actor: User | None) -> None:
    written: Any = [{"conditions": conditions, "actions": actions} for conditions, actions in choices]
    save_rule(
        {"pattern": f"{to}@{DEMO_DOMAIN}", "name": name, "notes": "", "is_on": True, "choices": written}, actor=actor
    )


def _come_in(number: int, mail: PastMail, at: datetime) -> None:
    message = _message(number, mail, at)
    headers = read_headers(mail.raw())
    decisions = decide_message(message, load_rules(message.recipients), headers=headers, size_bytes=message.size_bytes)
    message.decisions = [decision_json(decision) for decision in decisions]
    message.save()
    for decision in decisions:
        _deliver(message, decision, mail)
        if decision.rule_id is not None:
            count_hits({(decision.rule_id, message.pk): 1})


def _message(number: int, mail: PastMail, at: datetime) -> InboundMessage:
    headers = read_headers(mail.raw())
    incoming = Incoming(mail.raw(), mail.sender, [mail.recipient], mail.verdicts)
    return InboundMessage(
        ses_message_id=f"demo-{number}", bucket=settings.INBOUND_BUCKET, object_key=f"{OBJECTS}{number}",
        status=InboundMessage.Status.ROUTED, received_at=at, envelope_from=mail.sender, recipients=[mail.recipient],
        header_from=first_of(headers, "from"), sender_key=addresses_in(first_of(headers, "from"))[0],
        subject=mail.subject, rfc_message_id=first_of(headers, "message-id"),
        size_bytes=len(stored_raw(number, at)), headers=[list(header) for header in headers],
        **{name: verdict(incoming, name) for name in _CHECKS},
    )  # fmt: skip


def _deliver(message: InboundMessage, decision: Decision, mail: PastMail) -> None:
    for action in decision.actions:
        delivery = new_delivery(message, decision, action)
        delivery.save()
        append_steps([delivery])
        if delivery.state == DeliveryState.PENDING:
            _end(delivery, mail)


def _end(delivery: InboundDelivery, mail: PastMail) -> None:
    """Bring it to its end as its handler would have."""
    kind = ActionKind(delivery.action)
    state, reason = DeliveryState(mail.becomes or _ENDS[kind]), Reason(mail.reason or Reason.BY_RULE)
    if kind is ActionKind.BOUNCE and mail.verdicts:
        state, reason = DeliveryState.DROPPED, Reason.UNAUTHENTICATED
    delivery.state, delivery.reason, delivery.detail = state, reason.value, mail.detail
    delivery.attempts = 0 if state in {DeliveryState.PARKED, DeliveryState.DROPPED} else 1
    delivery.finished_at = None if state == DeliveryState.PARKED else timezone.now()
    delivery.save()
    write_step(delivery, state, reason, detail=mail.detail)
