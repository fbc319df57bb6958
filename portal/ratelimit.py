"""Limits for callers without a login: so and so often in a span of time, counted in the database.

The spans are fixed ("this hour"), so at worst twice the limit passes around the turn of one.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from ipaddress import IPv6Address, ip_address as ip_address_of, ip_network
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from portal.models import RateCount

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

_ADD_ONE = """
INSERT INTO portal_ratecount (caller_key, ends_at_s, count) VALUES (%s, %s, 1)
ON CONFLICT (caller_key, ends_at_s) DO UPDATE SET count = portal_ratecount.count + 1
"""


def take_turn(purpose: str, caller: str, *, limit: int, per_s: int) -> bool:
    """Count one more turn of the caller; False when it is beyond `limit` within this span of `per_s` seconds.

    Call it outside of the transaction that does the deed: a turn counts also when the deed comes to nothing.
    """
    key, ends_at_s = _caller_key(purpose, caller), _ends_at_s(per_s)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ADD_ONE, [key, ends_at_s])
        return _count(cursor, key, ends_at_s) <= limit


def give_back_turn(purpose: str, caller: str, *, per_s: int) -> None:
    """The last turn does not count after all: where tries are limited, those that were right are not."""
    row = RateCount.objects.filter(caller_key=_caller_key(purpose, caller), ends_at_s=_ends_at_s(per_s), count__gt=0)
    row.update(count=F("count") - 1)


def seconds_left(per_s: int) -> int:
    """Seconds until the running span of `per_s` seconds is over: what Retry-After says."""
    return per_s - int(timezone.now().timestamp()) % per_s


def network_of(ip_address: str) -> str:
    """Whom a limit counts: one IPv4 number, or the /64 of IPv6 that one household has; "" for what is no number."""
    try:
        number = ip_address_of(ip_address)
    except ValueError:
        return ""
    if isinstance(number, IPv6Address):
        number = number.ipv4_mapped or number  # a server that listens on both sees everybody's IPv4 number like this
    return str(number) if number.version == 4 else str(ip_network((number, 64), strict=False))  # noqa: PLR2004


def forget_old_turns() -> int:
    """Delete the counts whose span is over; called by the sweep. Returns how many."""
    return RateCount.objects.filter(ends_at_s__lt=int(timezone.now().timestamp())).delete()[0]


def _count(cursor: CursorWrapper, key: str, ends_at_s: int) -> int:
    cursor.execute("SELECT count FROM portal_ratecount WHERE caller_key = %s AND ends_at_s = %s", [key, ends_at_s])
    return int(cursor.fetchone()[0])


def _ends_at_s(per_s: int) -> int:
    return (int(timezone.now().timestamp()) // per_s + 1) * per_s


def _caller_key(purpose: str, caller: str) -> str:
    digest = hashlib.blake2b(
        f"{purpose}\n{caller}".encode(), key=settings.SECRET_KEY.encode()[:64], person=b"ratelimit", digest_size=24
    ).digest()
    return urlsafe_b64encode(digest).decode()
