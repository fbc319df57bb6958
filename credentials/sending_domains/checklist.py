"""Gmail's and Yahoo's rules for bulk senders, each held against what is known of a domain. Pure.

Source: Gmail's "Email sender guidelines", Yahoo's "Sender best practices" (both for 5,000 mails a day and more).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from credentials.sending_domains.records import DKIM_KINDS, STANDING, Mark, RecordKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from credentials.sending_domains.figures import SenderFigures

AIM: Final = 0.001
LIMIT: Final = 0.003


class Rule(StrEnum):
    """What is asked of bulk senders."""

    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    ALIGNMENT = "alignment"
    ONE_CLICK = "one_click"
    COMPLAINTS = "complaints"
    TLS_PTR = "tls_ptr"


class Verdict(StrEnum):
    """Whether it is kept."""

    KEPT = "good"
    NEARLY = "warn"
    BROKEN = "bad"
    UNKNOWN = "none"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a domain: marks of its records, what SES says, and our own figures."""

    marks: Mapping[RecordKind, Mark]
    is_dkim_proven: bool
    has_mail_from: bool
    is_public_https: bool  # links of campaigns lead to https, as one-click asks
    figures: SenderFigures


@dataclass(frozen=True, slots=True)
class Item:
    """One rule and whether it is kept."""

    rule: Rule
    verdict: Verdict


def checklist(facts: Facts) -> list[Item]:
    """Every rule, in the order in which they are shown."""
    signed = _all(facts, *DKIM_KINDS)
    if signed is Verdict.KEPT and not facts.is_dkim_proven:
        signed = Verdict.NEARLY  # the records stand, and SES has not seen them yet
    return [
        Item(Rule.SPF, _spf(facts)),
        Item(Rule.DKIM, signed),
        Item(Rule.DMARC, _all(facts, RecordKind.DMARC)),
        Item(Rule.ALIGNMENT, signed),
        Item(Rule.ONE_CLICK, Verdict.KEPT if facts.is_public_https else Verdict.BROKEN),
        Item(Rule.COMPLAINTS, _complaints(facts.figures)),
        Item(Rule.TLS_PTR, Verdict.KEPT),
    ]


def _all(facts: Facts, *kinds: RecordKind) -> Verdict:
    marks = {facts.marks.get(kind, Mark.UNKNOWN) for kind in kinds}
    if marks <= STANDING:
        return Verdict.KEPT
    return Verdict.BROKEN if marks & {Mark.MISSING, Mark.WRONG} else Verdict.UNKNOWN


def _spf(facts: Facts) -> Verdict:
    """Without a MAIL FROM domain SES's own passes SPF, though not for this domain."""
    if not facts.has_mail_from:
        return Verdict.NEARLY
    return _all(facts, RecordKind.MAIL_FROM_MX, RecordKind.MAIL_FROM_SPF)


def _complaints(figures: SenderFigures) -> Verdict:
    if not figures.answered:
        return Verdict.UNKNOWN
    if figures.complaint_share >= LIMIT:
        return Verdict.BROKEN
    return Verdict.NEARLY if figures.complaint_share >= AIM else Verdict.KEPT
