"""What the pages of sending domains show."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _, ngettext

from credentials.sending_domains.checklist import AIM, LIMIT, Facts, Item, Rule, Verdict, checklist
from credentials.sending_domains.figures import FIGURES_DAYS, figures_of
from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.records import DKIM_KINDS, NEEDED, STANDING, Mark, RecordKind
from credentials.sending_domains.route_plan import Action
from credentials.sending_domains.wishes import needed_records
from credentials.sending_domains.wording import MARKS, TONES, kind_word, oddity_words, why_words
from credentials.sending_domains.zone_file import short_name
from portal.mail.address import display_address
from portal.wording import format_count, format_percent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from credentials.sending_domains.figures import SenderFigures
    from credentials.sending_domains.models import DomainRecord
    from credentials.sending_domains.records import Record
    from credentials.sending_domains.route_plan import Step

STATE_TONES = {
    SendingDomain.State.PENDING: "accent",
    SendingDomain.State.VERIFYING: "warn",
    SendingDomain.State.VERIFIED: "good",
    SendingDomain.State.FAILED: "bad",
    SendingDomain.State.DELETING: "warn",
}
ICONS = {"good": "check", "warn": "clock", "bad": "x", "": "circle-question-mark", "none": "circle-question-mark"}
_ACTIONS = {Action.CREATE: "accent", Action.CHANGE: "warn", Action.KEEP: "good", Action.LEAVE: ""}


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record as the table shows it."""

    kind: str
    label: str | Promise
    type: str
    name: str  # within the zone
    preference: str  # of an MX
    value: str
    tone: str
    icon: str
    mark: str | Promise
    problem: str  # what is wrong and the cure
    found: list[str]  # where that helps
    asked: str
    checked_at: datetime | None
    broke_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One tick of a list."""

    tone: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One set of a change at Route 53."""

    label: str | Promise
    type: str
    name: str
    word: str
    tone: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    why: str


def shown_name(name: str) -> str:
    """A domain or an address in its own script."""
    return display_address(name) if "@" in name else display_address(f"@{name}").removeprefix("@")


def listed_domains() -> QuerySet[SendingDomain]:
    """The list, with how many records each has, and how many of them are right."""
    standing = Q(records__mark__in=[mark.value for mark in STANDING])
    broken = Q(records__broke_at__isnull=False)
    counts = {"all_count": Count("records"), "right_count": Count("records", filter=standing)}
    return SendingDomain.objects.annotate(**counts, broken_count=Count("records", filter=broken)).order_by("name")


def record_lines(domain: SendingDomain) -> list[RecordLine]:
    """Every record that the domain needs, with what the last look found."""
    rows = {row.kind: row for row in domain.records.all()}
    return [_record_line(domain, record, rows.get(record.kind)) for record in needed_records(domain)]


def _record_line(domain: SendingDomain, record: Record, row: DomainRecord | None) -> RecordLine:
    mark = Mark(row.mark) if row else Mark.UNKNOWN
    preference, _space, host = record.value.partition(" ") if record.type == "MX" else ("", "", record.value)
    tone = TONES[mark]
    if mark is Mark.MISSING and record.kind not in NEEDED:
        tone = "warn"
    return RecordLine(
        kind=record.kind,
        label=kind_word(record.kind),
        type=record.type,
        name=short_name(domain.name, record),
        preference=preference,
        value=host,
        tone=tone,
        icon=ICONS[tone],
        mark=MARKS[mark],
        problem=_problem(domain, row) if row else "",
        found=[str(value) for value in row.found] if row and mark in {Mark.WRONG, Mark.ADVICE} else [],
        asked=row.asked if row else "",
        checked_at=row.checked_at if row else None,
        broke_at=row.broke_at if row else None,
    )


def _problem(domain: SendingDomain, row: DomainRecord) -> str:
    return oddity_words(row.code, domain=domain.name, asked=row.asked, advice=row.advice)


def count_words(lines: Iterable[RecordLine]) -> tuple[str, str]:
    """How many records are right, and the tone of that."""
    tones = [line.tone for line in lines]
    right = sum(1 for line_tone in tones if line_tone == "good")
    words = {"right": format_count(right), "all": format_count(len(tones))}
    text = ngettext("%(right)s of %(all)s record right", "%(right)s of %(all)s records right", len(tones)) % words
    return text, "good" if right == len(tones) else "bad" if "bad" in tones else "warn"


def meanings(domain: SendingDomain, lines: list[RecordLine]) -> list[CheckLine]:
    """What the records mean for mail, in sentences."""
    tones = {RecordKind(line.kind): line.tone for line in lines}
    found = [
        _meaning(
            [tones.get(kind, "") for kind in DKIM_KINDS],
            _("Mails are signed by the domain"),
            _("Signing is not complete: Gmail shows mails as “via amazonses.com”, and SES does not send"),
        ),
        _meaning(
            [tones.get(kind, "") for kind in (RecordKind.MAIL_FROM_MX, RecordKind.MAIL_FROM_SPF)],
            _("Bounces come back by a name of the domain (MAIL FROM)"),
            _("MAIL FROM is not complete: SES uses amazonses.com for it until it is"),
        )
        if domain.mail_from
        else CheckLine(
            "warn", ICONS["warn"], _("Without MAIL FROM, mails pass SPF for amazonses.com, not for the domain")
        ),
        _dmarc_meaning(tones.get(RecordKind.DMARC, ""), domain),
    ]
    if domain.is_receiving:
        found.append(
            _meaning(
                [tones.get(RecordKind.INBOUND_MX, "")],
                _("Mail to the domain comes in here"),
                _("Mail to the domain does not come in here"),
            )
        )
    return found


def _meaning(tones: list[str], right: str, wrong: str) -> CheckLine:
    if "bad" in tones or "" in tones:
        tone = "bad" if "bad" in tones else ""
        return CheckLine(tone, ICONS[tone], wrong if tone else _("Not known yet: %s") % right)
    return CheckLine("good", ICONS["good"], right)


def _dmarc_meaning(tone: str, domain: SendingDomain) -> CheckLine:
    texts = {
        "good": _("DMARC asks receivers to keep forged mail away"),
        "warn": _("DMARC watches only. Next step: p=quarantine, after 14 clean days")
        if domain.records.filter(kind=RecordKind.DMARC, mark=Mark.ADVICE).exists()
        else _("There is no DMARC record: begin with p=none, which asks for reports only"),
        "bad": _("DMARC is wrong: receivers pass over it"),
        "": _("DMARC is not known yet"),
    }
    return CheckLine(tone, ICONS[tone], texts[tone])


def bulk_lines(domain: SendingDomain) -> list[CheckLine]:
    """Gmail's and Yahoo's rules, each with what is known."""
    figures = figures_of(domain.name)
    facts = Facts(
        marks={RecordKind(row.kind): Mark(row.mark) for row in domain.records.all()},
        is_dkim_proven=domain.dkim_status == "SUCCESS",
        has_mail_from=bool(domain.mail_from),
        is_public_https=settings.PUBLIC_URL.startswith("https://"),
        figures=figures,
    )
    return [
        CheckLine(item.verdict, ICONS[item.verdict], _rule_words(item, domain, figures)) for item in checklist(facts)
    ]


def _rule_words(item: Item, domain: SendingDomain, figures: SenderFigures) -> str:
    if item.rule is Rule.COMPLAINTS:
        return _complaint_words(item, figures)
    is_kept = item.verdict is Verdict.KEPT
    words = {
        Rule.SPF: _("SPF passes for %s") % (domain.mail_from or "amazonses.com"),
        Rule.DKIM: _("Every mail is signed by DKIM, with a key of 2,048 bits"),
        Rule.DMARC: _("The domain has a DMARC record, at least p=none"),
        Rule.ALIGNMENT: _("The signature is of the domain in From, so DMARC passes"),
        Rule.ONE_CLICK: _("Campaigns carry unsubscribing with one click (RFC 8058)"),
        Rule.TLS_PTR: _("SES sends by TLS, from addresses with names that lead back to them"),
    }[item.rule]
    if is_kept:
        return words
    if item.rule is Rule.ONE_CLICK:
        return _("Unsubscribing with one click needs a PUBLIC_URL that begins with https://")
    return _("Not yet: %s") % words


def _complaint_words(item: Item, figures: SenderFigures) -> str:
    if item.verdict is Verdict.UNKNOWN:
        return _("Complaints: no campaign of the last %d days has answers. Gmail tells its own figure in Postmaster Tools only.") % FIGURES_DAYS  # fmt: skip
    words = {
        "share": format_percent(figures.complaint_share, digits=2),
        "days": format_count(FIGURES_DAYS),
        "aim": format_percent(AIM, digits=1),
        "limit": format_percent(LIMIT, digits=1),
    }
    return _("Complaints of the last %(days)s days: %(share)s (aim below %(aim)s, never %(limit)s)") % words


def step_lines(domain: SendingDomain, steps: Iterable[Step]) -> list[StepLine]:
    """A change at Route 53, set by set."""
    words = {
        Action.CREATE: _("added"),
        Action.CHANGE: _("changed"),
        Action.KEEP: _("is right"),
        Action.LEAVE: _("left alone"),
    }
    return [
        StepLine(
            label=kind_word(step.record.kind),
            type=step.record.type,
            name=short_name(domain.name, step.record),
            word=words[step.action],
            tone=_ACTIONS[step.action],
            before=() if step.action is Action.KEEP else step.before,
            after=step.after or (step.before if step.action is Action.KEEP else ()),
            why=why_words(step.why),
        )
        for step in steps
    ]


def sign_of(domain: SendingDomain) -> str:
    """Changes when anything on the page but the time does."""
    marks = domain.records.order_by("kind").values_list("kind", "mark", "code", "found")
    own = (domain.state, domain.state_reason, domain.dns_problem, domain.route_state, domain.route_zone_id)
    shown = repr((own, domain.dkim_tokens, domain.mail_from_status, list(marks)))
    return hashlib.sha256(shown.encode()).hexdigest()[:16]
