"""Postroom's own part of bench.smtp: plans a campaign through a relay, then measures sending it."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.db import connection

from bench import smtp_message as message
from bench.cpu import own_cpu_s, postgres_cpu_s, postmaster_pid
from bench.sending_postroom import make_contacts, start
from campaigns.attachments.services import attach
from campaigns.attachments.storing import store_file
from campaigns.messages.models import MessageContent
from campaigns.relays.models import Relay
from campaigns.sending.models import Acceptance, Campaign, SendingAccount
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import AccountKind
from campaigns.sending.transports.smtp import sessions
from portal.mail.smtp_security import Security


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("messages", type=int)
    parser.add_argument("--attachment-bytes", type=int, default=0)
    arguments = parser.parse_args()
    make_contacts(arguments.messages)
    campaign = _make_campaign()
    if arguments.attachment_bytes:
        content = io.BytesIO(os.urandom(arguments.attachment_bytes))
        attach(campaign, store_file(content, name="plan.bin"), name="plan.bin", actor=None)
    start(campaign)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    _send(campaign, arguments.messages)


def _send(campaign: Campaign, messages: int) -> None:
    has_next = send_next_chunk(campaign.pk)  # a worker's first chunk also loads its modules and the message
    measured = (messages - Acceptance.objects.count()) or 1
    pid = postmaster_pid(connection)
    before = own_cpu_s(), postgres_cpu_s(pid)
    while has_next and send_next_chunk(campaign.pk):
        pass
    own, database = own_cpu_s() - before[0], postgres_cpu_s(pid) - before[1]
    sessions.close_all()
    assert Acceptance.objects.count() == messages, "not everybody was accepted"
    print(f"worker {own / measured * 1e6:.1f} us, database {database / measured * 1e6:.1f} us", file=sys.stderr)
    resident_mb = _peak_resident_mb()
    print(json.dumps({"cpu_us": (own + database) / measured * 1e6, "resident_mb": resident_mb}))


def _peak_resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _make_campaign() -> Campaign:
    account = SendingAccount.objects.create(
        kind=AccountKind.SMTP, name="bench", max_rate_per_s=10_000_000, quota_24h=-1, is_sending_enabled=True
    )
    Relay.objects.create(
        account=account,
        host="127.0.0.1",
        port=int(os.environ["SINK_PORT"]),
        security=Security.PLAIN.value,
        is_internal_allowed=True,
    )
    return Campaign.objects.create(
        name="bench",
        account=account,
        from_name=message.FROM_NAME,
        from_address=message.FROM_ADDRESS,
        kind=MessageContent.Kind.HTML,
        subject=message.SUBJECT,
        body=message.html(),
        text_body=message.text(),
        is_to_everybody=True,
    )


if __name__ == "__main__":
    main()
