"""Postroom's own part of bench.sending: plans a campaign, then measures sending it."""

from __future__ import annotations

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.db import connection

from bench import message
from bench.cpu import own_cpu_s, postgres_cpu_s, postmaster_pid
from campaigns.messages.models import MessageContent
from campaigns.sending import services
from campaigns.sending.models import Acceptance, Campaign, SendingAccount
from campaigns.sending.plan import plan_campaign
from campaigns.sending.send_chunk import send_next_chunk


def main(recipients: int) -> None:
    make_contacts(recipients)
    campaign = start(make_campaign())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    has_next = send_next_chunk(campaign.pk)  # a worker's first chunk also loads its modules
    measured = (recipients - Acceptance.objects.count()) or 1
    pid = postmaster_pid(connection)
    before = own_cpu_s(), postgres_cpu_s(pid)
    while has_next and send_next_chunk(campaign.pk):
        pass
    own, database = own_cpu_s() - before[0], postgres_cpu_s(pid) - before[1]
    assert Acceptance.objects.count() == recipients, "not everybody was accepted"
    print(f"worker {own / measured * 1e6:.1f} us, database {database / measured * 1e6:.1f} us", file=sys.stderr)
    print(json.dumps({"cpu_us": (own + database) / measured * 1e6}))


def make_contacts(count: int) -> None:
    """Contacts person1 ... personN, straight into PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO campaigns_contact (address, address_key, first_name, last_name, first_name_key, last_name_key,
                                           attributes, time_zone, created_at, updated_at)
            SELECT 'person' || n || '@club.example', 'person' || n || '@club.example', 'Anna', 'Berg', 'anna', 'berg',
                   jsonb_build_object('city', 'Graz', 'code', 'C' || n), '', now(), now()
              FROM generate_series(1, %s) n
            """,
            [count],
        )


def make_campaign() -> Campaign:
    """The bench message to everybody, through an account without limits."""
    account = SendingAccount.objects.create(
        name="bench", region="us-east-1", max_rate_per_s=10_000_000, quota_24h=-1, configuration_set="bench"
    )
    return Campaign.objects.create(
        name="bench",
        account=account,
        from_address="office@postroom.example",
        kind=MessageContent.Kind.HTML,
        subject=message.SUBJECT,
        body=message.html(),
        text_body=message.TEXT,
        is_to_everybody=True,
    )


def start(campaign: Campaign) -> Campaign:
    """Start and plan it, without a broker."""
    services.publish = lambda *_args, **_ids: None  # no broker here
    from campaigns.sending import lanes

    lanes.publish = lambda *_args, **_ids: None
    services.start_campaign(campaign.pk, actor=None)
    services.send_now(campaign.pk, actor=None)
    assert plan_campaign(campaign.pk)
    return campaign


if __name__ == "__main__":
    main(int(sys.argv[1]))
