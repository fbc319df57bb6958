"""Work inside a Gmail run's own environment: `python -m tests.crash.gmail_stage make 1000 3`, `... report`, `... day`."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import boto3
from django.conf import settings
from django.db.models import F

import workers.app  # noqa: F401  # sets Django up
from credentials.grants.models import OAuthGrant
from credentials.grants.services import begin_consent, check_due_grants
from portal.publish import publish
from portal.queues import TaskName
from routing.gmail import accounts
from routing.gmail.models import GmailImport, GmailMailbox
from routing.inbound.models import InboundDelivery
from tests.factories.gmail import make_delivery, make_inbound

BUCKET = "postroom-inbound"
EMAILS = ("anna@gmail.example", "bert@gmail.example", "office@gmail.example")
ODD = (b"\r\n", b"\n", b"\r", b" \x00 ", b"gr\xfc\xdfe \xff", b".\r\n", b"From x\n", b"")
LARGE_EVERY = 50


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any) -> None:
        return None


def agree(email: str, *, grant_id: int = 0) -> GmailMailbox:
    """The whole way of connecting, through the consent page."""
    asked, url = begin_consent(redirect_uri=accounts.redirect_uri(), grant_id=grant_id)
    scopes = parse_qs(urlsplit(url).query)["scope"][0].split()
    form = {"email": email, **{f"scope:{scope}": "on" for scope in scopes}}
    try:
        build_opener(_NoRedirect).open(Request(url, urlencode(form).encode()))
    except HTTPError as answer:
        back = answer.headers["Location"]
    return accounts.connect(asked, accounts.code_from(accounts.read_pasted(back), state=asked.state), actor=None)


def raw_mail(number: int) -> bytes:
    """Every one other bytes, some of them nasty, some large."""
    chance = random.Random(number)
    body = b"".join(chance.choice(ODD) + str(chance.random()).encode() for _line in range(20))
    if number % LARGE_EVERY == 0:
        body += chance.randbytes(700_000)
    return f"Message-ID: <crash-{number}@example.org>\r\nSubject: {number}\r\n\r\n".encode() + body


def make(people: int, mailboxes: int) -> dict[str, int]:
    """Mailboxes, mail in the bucket, deliveries; every third mail goes to all of them, every fourth twice to one."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    targets = [agree(email) for email in EMAILS[:mailboxes]]
    ids = []
    for number in range(people):
        key = f"inbound/crash-{number}"
        s3.put_object(Bucket=BUCKET, Key=key, Body=raw_mail(number))
        message = make_inbound(bucket=None, ses_message_id=f"crash-{number}")
        type(message).objects.filter(pk=message.pk).update(
            bucket=BUCKET, object_key=key, rfc_message_id=f"<crash-{number}@example.org>"
        )
        wanted = targets if number % 3 == 0 else [targets[number % len(targets)]]
        ids += [make_delivery(message, mailbox, labels=("Postroom",)).pk for mailbox in wanted]
        if number % 4 == 0:
            ids.append(make_delivery(message, wanted[0], recipient="twin@example.com").pk)
    for delivery_id in ids:
        publish(TaskName.DELIVER_TO_GMAIL, delivery_id=delivery_id)
    return {"deliveries": len(ids)}


def report() -> dict[str, Any]:
    """What has to be in which mailbox, byte for byte by its hash, in order of arrival; and where the deliveries stand."""
    expected: dict[str, dict[str, str]] = {}
    ids: dict[str, str] = {}
    rows = GmailImport.objects.select_related("message", "mailbox__grant").order_by("message_id")
    for row in rows:
        number = int(row.message.ses_message_id.removeprefix("crash-"))
        digest = hashlib.sha256(row.head.encode() + raw_mail(number)).hexdigest()
        expected.setdefault(row.mailbox.grant.email, {})[row.message.rfc_message_id] = digest
        ids[row.gmail_message_id] = row.message.rfc_message_id
    states = Counter(InboundDelivery.objects.values_list("state", flat=True))
    wanted = {(each.message_id, each.destination) for each in InboundDelivery.objects.all()}
    return {"expected": expected, "states": states, "pairs": len(wanted), "gmail_ids": len(set(ids) - {""})}


def day() -> dict[str, int]:
    """A day passes, minute by minute, with a look at every minute."""
    minute = timedelta(minutes=1)
    looks = 0
    for _minute in range(24 * 60):
        OAuthGrant.objects.update(checked_at=F("checked_at") - minute)
        OAuthGrant.objects.exclude(next_token_call_at=None).update(next_token_call_at=F("next_token_call_at") - minute)
        looks += check_due_grants()
    return {"looks": looks}


def reconnect() -> dict[str, bool]:
    """The owners agree again."""
    for mailbox in GmailMailbox.objects.select_related("grant"):
        agree(mailbox.grant.email, grant_id=mailbox.grant_id)
    return {"is_working": all(grant.is_working for grant in OAuthGrant.objects.all())}


if __name__ == "__main__":
    assert settings.SANDBOX
    deed, *numbers = sys.argv[1:]
    deeds: dict[str, Callable[..., Any]] = {"make": make, "report": report, "day": day, "reconnect": reconnect}
    print(json.dumps(deeds[deed](*map(int, numbers))))
