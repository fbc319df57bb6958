"""The exact DNS records that a sending domain needs. Pure.

Source: Amazon SES Developer Guide (Easy DKIM, custom MAIL FROM, receiving), RFC 7208 (SPF), RFC 7489 (DMARC), RFC 8461
(MTA-STS), RFC 8460 (TLS-RPT).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MX_PREFERENCE: Final = 10
DKIM_ZONE: Final = "dkim.amazonses.com"
SPF_INCLUDE: Final = "include:amazonses.com"
STS_MAX_AGE_S: Final = 604_800
SES_MAIL_HOST: Final = r"(inbound-smtp|feedback-smtp)\.[a-z0-9-]+\.(amazonaws|amazonses)\.com"  # of any region
SES_SPF: Final = f"v=spf1 {SPF_INCLUDE} ~all"


class _Choice(StrEnum):
    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """For a column: the values alone; words are found where they are shown."""
        return [(member.value, member.value) for member in cls]


class RecordKind(_Choice):
    """What a record is for. Values are stored."""

    DKIM_1 = "dkim_1"
    DKIM_2 = "dkim_2"
    DKIM_3 = "dkim_3"
    MAIL_FROM_MX = "mail_mx"
    MAIL_FROM_SPF = "mail_spf"
    SPF = "spf"
    DMARC = "dmarc"
    INBOUND_MX = "inbound_mx"
    MTA_STS = "mta_sts"
    STS_HOST = "sts_host"
    TLS_RPT = "tls_rpt"


class Mark(_Choice):
    """What a look at a record says of it. Values are stored."""

    RIGHT = "right"
    ADVICE = "advice"  # works, and could be better
    MISSING = "missing"
    WRONG = "wrong"
    UNKNOWN = "unknown"  # not asked, or no answer


# Nothing has to be done about it.
STANDING: Final = frozenset({Mark.RIGHT, Mark.ADVICE})


class DmarcPolicy(_Choice):
    """What receivers are asked to do with mail that fails DMARC."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class StsMode(_Choice):
    """How strictly senders are to insist on TLS."""

    OFF = ""
    TESTING = "testing"
    ENFORCE = "enforce"


DKIM_KINDS: Final = (RecordKind.DKIM_1, RecordKind.DKIM_2, RecordKind.DKIM_3)
# Without these SES does not send as the domain, or mail is not taken in.
NEEDED: Final = frozenset({*DKIM_KINDS, RecordKind.MAIL_FROM_MX, RecordKind.MAIL_FROM_SPF, RecordKind.INBOUND_MX})


@dataclass(frozen=True, slots=True)
class DomainWishes:
    """What a domain is to do; names in A-labels, lower case."""

    domain: str
    region: str
    dkim_tokens: tuple[str, ...] = ()
    dkim_zone: str = ""
    mail_from: str = ""  # the whole name; "" = SES's own
    dmarc_policy: DmarcPolicy = DmarcPolicy.NONE
    reports_to: str = ""
    is_receiving: bool = False
    sts_mode: StsMode = StsMode.OFF


@dataclass(frozen=True, slots=True)
class Record:
    """One record: `name` without the last dot; `value` as one text, of an MX with its preference.

    Of `STS_HOST` the value is "" : any web server with a certificate will do.
    """

    kind: RecordKind
    type: str
    name: str
    value: str


def records_of(wishes: DomainWishes) -> list[Record]:
    """Every record the domain needs, in the order in which they are shown."""
    return [*_dkim(wishes), *_mail_from(wishes), *_policies(wishes), *_receiving(wishes)]


def _dkim(wishes: DomainWishes) -> Iterator[Record]:
    zone = wishes.dkim_zone or DKIM_ZONE
    for kind, token in zip(DKIM_KINDS, wishes.dkim_tokens, strict=False):
        yield Record(kind, "CNAME", f"{token}._domainkey.{wishes.domain}", f"{token}.{zone}")


def _mail_from(wishes: DomainWishes) -> Iterator[Record]:
    if wishes.mail_from:
        host = f"feedback-smtp.{wishes.region}.amazonses.com"
        yield Record(RecordKind.MAIL_FROM_MX, "MX", wishes.mail_from, f"{MX_PREFERENCE} {host}")
        yield Record(RecordKind.MAIL_FROM_SPF, "TXT", wishes.mail_from, SES_SPF)


def _policies(wishes: DomainWishes) -> Iterator[Record]:
    yield Record(RecordKind.SPF, "TXT", wishes.domain, SES_SPF)
    rua = f"; rua=mailto:{wishes.reports_to}" if wishes.reports_to else ""
    yield Record(RecordKind.DMARC, "TXT", f"_dmarc.{wishes.domain}", f"v=DMARC1; p={wishes.dmarc_policy}{rua}")


def _receiving(wishes: DomainWishes) -> Iterator[Record]:
    if not wishes.is_receiving:
        return
    yield Record(RecordKind.INBOUND_MX, "MX", wishes.domain, f"{MX_PREFERENCE} {inbound_host(wishes.region)}")
    if wishes.sts_mode:
        yield Record(RecordKind.MTA_STS, "TXT", f"_mta-sts.{wishes.domain}", f"v=STSv1; id={sts_id(wishes)}")
        yield Record(RecordKind.STS_HOST, "A", f"mta-sts.{wishes.domain}", "")
    if wishes.reports_to:
        value = f"v=TLSRPTv1; rua=mailto:{wishes.reports_to}"
        yield Record(RecordKind.TLS_RPT, "TXT", f"_smtp._tls.{wishes.domain}", value)


def inbound_host(region: str) -> str:
    """The host that takes mail in for SES."""
    return f"inbound-smtp.{region}.amazonaws.com"


def sts_policy(wishes: DomainWishes) -> str:
    """The text of the MTA-STS policy, with CRLF as RFC 8461 writes it; "" where none is wished."""
    if not wishes.is_receiving or not wishes.sts_mode:
        return ""
    lines = (
        "version: STSv1",
        f"mode: {wishes.sts_mode}",
        f"mx: {inbound_host(wishes.region)}",
        f"max_age: {STS_MAX_AGE_S}",
    )
    return "".join(line + "\r\n" for line in lines)


def sts_url(domain: str) -> str:
    """Where senders look for the policy."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def sts_id(wishes: DomainWishes) -> str:
    """Changes with the policy: 1 to 32 letters and digits."""
    return hashlib.sha256(sts_policy(wishes).encode()).hexdigest()[:16]
