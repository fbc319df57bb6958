"""What the log of mail shows: messages in every state, one with a history, and mail that means harm."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from routing.canary.models import CanaryRun
from routing.domains.models import InboundDomain
from routing.inbound.models import DeliveryState, InboundDelivery, InboundMessage
from routing.inbound.reasons import Reason
from routing.inbound.work import write_step
from routing.rules.decide import Facts, decide, decision_json
from routing.rules.load import load_rules
from tests.factories.gmail import make_mailbox
from tests.factories.inbound import make_inbound_delivery, make_message, make_rule

HOSTILE = (
    b"From: =?utf-8?b?PHNjcmlwdD4=?= <mallory@evil.example>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
    b"<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=https://evil.example/'>"
    b"<script>document.title='stolen'</script><img src=https://evil.example/open.gif onerror=alert(1)>"
    b"<a href=https://evil.example/ target=_top>You have won</a><form action=https://evil.example/><input></form>"
    b"<iframe src=https://evil.example/></iframe><link rel=preconnect href=https://evil.example/>"
    b"<p style='background:url(https://evil.example/bg.png)'>Dear friend</p>\r\n"
    b'--b\r\nContent-Type: application/x-msdownload; name="..\\<b>.exe"\r\n\r\nMZ\r\n--b--\r\n'
)
PLAIN = b"From: Ada <ada@sender.example>\r\nSubject: Hello\r\n\r\nGood morning,\r\nhere is what you asked for.\r\n"


STORED: dict[tuple[str, str], bytes] = {}  # what the double of the bucket holds, see tests/doubles/inbound_bucket.py


def put_raw(message: InboundMessage, content: bytes) -> InboundMessage:
    """Lets the bucket hold this mail."""
    STORED[message.bucket, message.object_key] = content
    return message


def mail_in_every_state() -> None:
    """One message per state, and one that is not routed yet."""
    mailbox = make_mailbox("office@gmail.example")
    for number, state in enumerate(DeliveryState):
        message = make_message(subject=f"No {number}", received_at=timezone.now() - timedelta(hours=number))
        make_inbound_delivery({"kind": "gmail", "account_id": mailbox.pk}, message=message, state=state)
    make_message(
        subject="", sender_key="", envelope_from="", status="received", reason="raw_unreachable", size_bytes=None
    )
    many = [f"person{number}@in.example" for number in range(6)]
    make_message(recipients=many, subject="An offer that is far too good to be true " * 6)


def a_message_with_history() -> InboundMessage:
    """Delivered to one account, failed at another, parked, and held for a second recipient."""
    mailbox, second = make_mailbox("office@gmail.example"), make_mailbox("anna@gmail.example", health="revoked")
    to_gmail = {"kind": "gmail", "account_id": mailbox.pk, "labels": ["Work"], "never_spam": False}
    spam = {"kind": "verdict", "verdict": "spam", "statuses": ["FAIL"]}
    make_rule(
        "*@in.example",
        choices=[{"conditions": [spam], "actions": [{"kind": "drop"}]}, {"conditions": [], "actions": [to_gmail]}],
    )
    message = put_raw(make_message(recipients=["a@in.example", "b@else.example"], spf="GRAY", dmarc="FAIL"), PLAIN)
    rules = load_rules(message.recipients)
    decisions = [decide(rules.rules, each, Facts(), default=rules.default) for each in message.recipients]
    InboundMessage.objects.filter(pk=message.pk).update(decisions=[decision_json(each) for each in decisions])
    _with_steps(
        make_inbound_delivery(to_gmail, message=message, state="delivered"), Reason.UNAVAILABLE, DeliveryState.DELIVERED
    )
    forward = {"kind": "forward", "address": "press@agency.example"}
    _with_steps(
        make_inbound_delivery(forward, message=message, state="failed", reason="refused"),
        Reason.REFUSED,
        DeliveryState.FAILED,
    )
    parked = {**to_gmail, "account_id": second.pk}
    _with_steps(
        make_inbound_delivery(parked, message=message, state="parked", reason="destination_broken"),
        Reason.DESTINATION_BROKEN,
        DeliveryState.PARKED,
    )
    make_inbound_delivery({"kind": "hold"}, message=message, recipient="b@else.example", state="held", reason="by_rule")
    return InboundMessage.objects.get(pk=message.pk)


def a_hostile_message() -> InboundMessage:
    """HTML that wants to run, load, lead away and post."""
    message = make_message(
        subject="<script>alert(1)</script>", header_from="<script> <mallory@evil.example>", spam="FAIL"
    )
    make_inbound_delivery({"kind": "hold"}, message=message, state="held", reason="by_rule")
    return put_raw(message, HOSTILE)


def a_message_whose_raw_is_gone() -> InboundMessage:
    """Its time is over."""
    message = make_message(raw="deleted", headers=[])
    make_inbound_delivery({"kind": "store"}, message=message, state="stored", reason="by_rule")
    return message


def _with_steps(delivery: InboundDelivery, reason: Reason, last: DeliveryState) -> None:
    write_step(delivery, DeliveryState.PENDING, reason, detail="503 Backend Error")
    write_step(delivery, last, reason if last != DeliveryState.DELIVERED else Reason.NONE)


def nothing_but_a_domain() -> None:
    """A domain receives, and no test mail was sent yet."""
    InboundDomain.objects.create(name="in.example")


def canaries_of_a_day() -> None:
    """Test mail of every state, the newest that can be judged missing."""
    nothing_but_a_domain()
    states = [CanaryRun.State.SENT, CanaryRun.State.MISSING, CanaryRun.State.FAILED, *[CanaryRun.State.ARRIVED] * 6]
    for number, state in enumerate(states):
        sent_at = timezone.now() - timedelta(hours=number)
        run = CanaryRun(token=f"token-{number}", due_at=sent_at, recipient="postroom-test@in.example", state=state)
        if state == CanaryRun.State.FAILED:
            run.detail = "Email address is not verified."
        else:
            run.sent_at = sent_at
        if state == CanaryRun.State.ARRIVED:
            run.message = make_message(is_canary=True, recipients=[run.recipient], subject="Postroom test mail")
            run.received_at = sent_at + timedelta(seconds=1.2)
            run.taken_in_at = run.received_at + timedelta(seconds=0.4 * number)
            run.arrived_at = run.taken_in_at + timedelta(seconds=2)
        run.save()
