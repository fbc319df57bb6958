"""Asks a domain's name servers about one record, and about the places where it is often put by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dns.exception

from credentials.sending_domains.check import Look
from credentials.sending_domains.records import DKIM_KINDS, Record, RecordKind, sts_url
from portal.dns.authority import Answer, Authority, Status
from portal.public_web import Outcome, visit

if TYPE_CHECKING:
    from credentials.sending_domains.records import DomainWishes

_ADDRESSES: Final = ("A", "AAAA")


def look_at(record: Record, wishes: DomainWishes, authority: Authority, *, opens_pages: bool) -> Look:
    """What is answered; where nothing stands, what stands at the usual wrong places. Takes seconds."""
    if record.kind is RecordKind.STS_HOST:
        return _look_at_host(record, wishes, authority, opens_pages=opens_pages)
    answer = authority.ask(record.name, record.type)
    if answer.status not in {Status.EMPTY, Status.NO_NAME} and not _is_elsewhere(record, answer):
        return Look(answer)
    return Look(
        answer,
        twice=_asked(authority, f"{record.name}.{wishes.domain}", record.type),
        other=_asked(authority, record.name, "TXT") if record.kind in DKIM_KINDS else None,
        above=_dmarc_above(wishes.domain, authority) if record.kind is RecordKind.DMARC else None,
    )


def _is_elsewhere(record: Record, answer: Answer) -> bool:
    """Whether only other TXT records stand at the name."""
    start = record.value.partition(" ")[0].rstrip(";").lower()
    return record.type == "TXT" and not any(start in value.lower() for value in answer.values)


def _asked(authority: Authority, name: str, record_type: str) -> Answer | None:
    return authority.ask(name, record_type) if len(name) < 254 else None  # noqa: PLR2004  # RFC 1035


def _dmarc_above(domain: str, authority: Authority) -> Answer | None:
    """The record of the nearest domain above that has one: receivers look there, too."""
    labels = domain.split(".")
    for start in range(1, len(labels) - 1):
        answer = authority.ask("_dmarc." + ".".join(labels[start:]), "TXT")
        if answer.values:
            return answer
    return None


def _look_at_host(record: Record, wishes: DomainWishes, authority: Authority, *, opens_pages: bool) -> Look:
    answer = Answer(Status.SILENT)
    for record_type in _ADDRESSES:
        answer = authority.ask(record.name, record_type)
        if answer.values or answer.aliases:
            opens = visit(sts_url(wishes.domain)).outcome is Outcome.OPENS if opens_pages else None
            found = answer.values or answer.aliases[-1:]
            return Look(Answer(Status.FOUND, found, answer.server, answer.aliases), opens=opens)
    return Look(answer)


def txt_of(authority: Authority, name: str) -> list[str]:
    """The TXT records of any name, asked of our own resolver; none where nobody answers."""
    try:
        return authority.texts(name)
    except (dns.exception.DNSException, OSError, ValueError):
        return []
