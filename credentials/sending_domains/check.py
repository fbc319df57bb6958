"""What the answers of a domain's name servers say of the records that it needs. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from credentials.sending_domains import dmarc, spf
from credentials.sending_domains.records import SES_MAIL_HOST, DmarcPolicy, DomainWishes, Mark, Record, RecordKind
from portal.dns.authority import Answer, Status

_OF_SES: Final = re.compile(SES_MAIL_HOST)


class Oddity(StrEnum):
    """What is odd about a record. Values are stored."""

    NONE = ""
    SILENT = "silent"
    NOT_FOUND = "not_found"
    ZONE_TWICE = "zone_twice"  # written under name.domain.domain
    VALUE_ZONE = "value_zone"  # the domain was appended to the value: a last dot is missing
    OTHER_VALUE = "other_value"
    OTHER_TYPE = "other_type"
    OTHER_REGION = "other_region"
    QUOTED = "quoted"
    SEVERAL = "several"
    SPF_ODD = "spf_odd"
    SPF_LOOKUPS = "spf_lookups"
    SPF_WITHOUT_SES = "spf_without_ses"
    SPF_EVERYBODY = "spf_everybody"
    MX_OTHERS_TOO = "mx_others_too"
    MX_NOT_FIRST = "mx_not_first"
    DMARC_ODD = "dmarc_odd"
    DMARC_WATCHES = "dmarc_watches"
    DMARC_WEAKER = "dmarc_weaker"
    DMARC_PART = "dmarc_part"
    DMARC_PARENT = "dmarc_parent"  # right: the domain above speaks for it
    NO_REPORTS = "no_reports"
    STS_ODD = "sts_odd"
    STS_ID = "sts_id"
    STS_NOT_OPEN = "sts_not_open"


@dataclass(frozen=True, slots=True)
class Look:
    """What was answered about one record and about the places where it is often put by mistake."""

    answer: Answer
    twice: Answer | None = None  # the same name with the domain appended once more
    other: Answer | None = None  # a TXT where a CNAME is wanted
    above: Answer | None = None  # DMARC of the nearest domain above that has one
    opens: bool | None = None  # whether the policy of MTA-STS opens; None = not tried


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look says of a record; `advice` is a value, or the part that is wrong."""

    mark: Mark
    oddity: Oddity = Oddity.NONE
    found: tuple[str, ...] = ()
    advice: str = ""


_RIGHT: Final = Finding(Mark.RIGHT)


def judge(record: Record, look: Look, wishes: DomainWishes, *, ask_txt: spf.TxtLookUp) -> Finding:
    """What is to be said of a record."""
    if look.answer.status is Status.SILENT:
        return Finding(Mark.UNKNOWN, Oddity.SILENT)
    found = _of_kind(record.kind, look.answer.values)
    if not found:
        return _missing(record, look, wishes)
    finding = _JUDGES[record.kind](record, found, _Place(look, wishes, ask_txt))
    return Finding(finding.mark, finding.oddity, finding.found or tuple(found), finding.advice)


@dataclass(frozen=True, slots=True)
class _Place:
    look: Look
    wishes: DomainWishes
    ask_txt: spf.TxtLookUp


_Judge = Callable[[Record, list[str], _Place], Finding]


def _of_kind(kind: RecordKind, values: tuple[str, ...]) -> list[str]:
    """The values that mean to be this record, leaving out other TXT records of the same name."""
    starts = _STARTS.get(kind)
    if starts is None:
        return list(values)
    return [value for value in values if _bare(value).lower().replace(" ", "").startswith(starts)]


_STARTS: Final = {
    RecordKind.SPF: "v=spf1",
    RecordKind.MAIL_FROM_SPF: "v=spf1",
    RecordKind.DMARC: "v=dmarc1",
    RecordKind.MTA_STS: "v=stsv1",
    RecordKind.TLS_RPT: "v=tlsrptv1",
}


def _bare(text: str) -> str:
    """Without quotes that a form has kept as part of the text."""
    return text.replace('\\"', '"').strip("\"' ")


def _missing(record: Record, look: Look, wishes: DomainWishes) -> Finding:
    if record.kind is RecordKind.DMARC and look.above is not None and look.above.values:
        finding = _dmarc_above(list(look.above.values), DomainWishes("", "", dmarc_policy=wishes.dmarc_policy))
        if finding.mark in {Mark.RIGHT, Mark.ADVICE} and finding.oddity in {Oddity.NONE, Oddity.DMARC_WATCHES}:
            oddity = finding.oddity or Oddity.DMARC_PARENT
            return Finding(finding.mark, oddity, look.above.values)
    if look.twice is not None and _of_kind(record.kind, look.twice.values):
        return Finding(Mark.WRONG, Oddity.ZONE_TWICE, look.twice.values)
    if look.other is not None and look.other.values:
        return Finding(Mark.WRONG, Oddity.OTHER_TYPE, look.other.values)
    advice = spf.merged([]) if record.kind is RecordKind.SPF else ""
    return Finding(Mark.MISSING, Oddity.NOT_FOUND, (), advice)


def _alias(record: Record, found: list[str], place: _Place) -> Finding:
    if len(found) > 1:
        return Finding(Mark.WRONG, Oddity.SEVERAL)
    if found[0] == record.value:
        return _RIGHT
    if found[0] == f"{record.value}.{place.wishes.domain}":
        return Finding(Mark.WRONG, Oddity.VALUE_ZONE)
    return Finding(Mark.WRONG, Oddity.OTHER_VALUE)


def _hosts(found: list[str]) -> list[tuple[int, str]]:
    pairs = [value.partition(" ") for value in found]
    return sorted((int(preference) if preference.isdecimal() else 0, host) for preference, _space, host in pairs)


def _mail_from_mx(record: Record, found: list[str], place: _Place) -> Finding:
    wanted = record.value.partition(" ")[2]
    hosts = [host for _preference, host in _hosts(found)]
    if hosts == [wanted]:
        return _RIGHT
    if wanted in hosts:
        return Finding(Mark.WRONG, Oddity.SEVERAL)
    return Finding(Mark.WRONG, _host_oddity(hosts, wanted, place.wishes.domain))


def _inbound_mx(record: Record, found: list[str], place: _Place) -> Finding:
    wanted = record.value.partition(" ")[2]
    pairs = _hosts(found)
    hosts = [host for _preference, host in pairs]
    if wanted not in hosts:
        return Finding(Mark.WRONG, _host_oddity(hosts, wanted, place.wishes.domain))
    if any(host != wanted for preference, host in pairs if preference == pairs[0][0]):
        return Finding(Mark.WRONG, Oddity.MX_NOT_FIRST)
    return _RIGHT if set(hosts) == {wanted} else Finding(Mark.ADVICE, Oddity.MX_OTHERS_TOO)


def _host_oddity(hosts: list[str], wanted: str, domain: str) -> Oddity:
    if f"{wanted}.{domain}" in hosts:
        return Oddity.VALUE_ZONE
    same_service = [
        host for host in hosts if _OF_SES.fullmatch(host) and host.startswith(wanted.partition(".")[0] + ".")
    ]
    return Oddity.OTHER_REGION if same_service else Oddity.OTHER_VALUE


def _text(found: list[str]) -> Finding | None:
    """What is wrong with any record that may stand only once."""
    if len(found) > 1:
        return Finding(Mark.WRONG, Oddity.SEVERAL)
    if _bare(found[0]) != found[0].strip():
        return Finding(Mark.WRONG, Oddity.QUOTED, advice=_bare(found[0]))
    return None


def _spf(record: Record, found: list[str], place: _Place) -> Finding:
    problem = _spf_problem(found)
    if problem is not None:
        return problem
    text = found[0].strip()
    count = spf.count_lookups(text, place.ask_txt)
    if count > spf.MOST_LOOKUPS:
        return Finding(Mark.WRONG, Oddity.SPF_LOOKUPS, advice=str(count))
    if spf.lets_ses_send(text):
        return _RIGHT
    # SES's mail carries the MAIL FROM domain: at the domain itself its name is not needed once there is one.
    mark = Mark.WRONG if record.kind is RecordKind.MAIL_FROM_SPF else Mark.ADVICE
    return Finding(mark, Oddity.SPF_WITHOUT_SES, advice=spf.merged([text]))


def _spf_problem(found: list[str]) -> Finding | None:
    """What makes receivers pass over the record, whoever it names."""
    if len(found) > 1:
        return Finding(Mark.WRONG, Oddity.SEVERAL, advice=spf.merged([_bare(text) for text in found]))
    problem = _text(found)
    if problem is not None:
        return problem
    if odd := spf.odd_term(found[0]):
        return Finding(Mark.WRONG, Oddity.SPF_ODD, advice=odd)
    if spf.lets_everybody_send(found[0]):
        return Finding(Mark.WRONG, Oddity.SPF_EVERYBODY, advice=spf.merged([found[0]]))
    return None


def _dmarc(_record: Record, found: list[str], place: _Place) -> Finding:
    read = _read_dmarc(found)
    return read if isinstance(read, Finding) else _dmarc_strength(read, place.wishes)


def _dmarc_above(found: list[str], wishes: DomainWishes) -> Finding:
    """Of the record of a domain above, which may have a policy of its own for those below."""
    read = _read_dmarc(found)
    return read if isinstance(read, Finding) else _dmarc_strength(read.below(), wishes)


def _read_dmarc(found: list[str]) -> dmarc.Dmarc | Finding:
    problem = _text(found)
    if problem is not None:
        return problem
    try:
        return dmarc.read_dmarc(found[0])
    except dmarc.DmarcError as error:
        return Finding(Mark.WRONG, Oddity.DMARC_ODD, advice=str(error))


def _dmarc_strength(read: dmarc.Dmarc, wishes: DomainWishes) -> Finding:
    if read.strength < list(DmarcPolicy).index(wishes.dmarc_policy):
        return Finding(Mark.WRONG, Oddity.DMARC_WEAKER)
    if read.strength == 0:
        return Finding(Mark.ADVICE, Oddity.DMARC_WATCHES)
    if read.pct < 100:  # noqa: PLR2004  # per cent
        return Finding(Mark.ADVICE, Oddity.DMARC_PART, advice=str(read.pct))
    if wishes.reports_to and not read.reports_to:
        return Finding(Mark.ADVICE, Oddity.NO_REPORTS)
    return _RIGHT


def _mta_sts(record: Record, found: list[str], _place: _Place) -> Finding:
    problem = _text(found)
    if problem is not None:
        return problem
    if not re.fullmatch(r"v=STSv1;\s*id=[A-Za-z0-9]{1,32}\s*;?\s*", found[0]):
        return Finding(Mark.WRONG, Oddity.STS_ODD, advice=record.value)
    is_ours = found[0].replace(" ", "").rstrip(";") == record.value.replace(" ", "")
    return _RIGHT if is_ours else Finding(Mark.ADVICE, Oddity.STS_ID)


def _sts_host(_record: Record, _found: list[str], place: _Place) -> Finding:
    if place.look.opens is False:
        return Finding(Mark.WRONG, Oddity.STS_NOT_OPEN)
    return _RIGHT


def _tls_rpt(record: Record, found: list[str], _place: _Place) -> Finding:
    problem = _text(found)
    if problem is not None:
        return problem
    if not re.fullmatch(r"v=TLSRPTv1;\s*rua=(mailto:\S+@\S+|https:\S+)\s*;?\s*", found[0]):
        return Finding(Mark.WRONG, Oddity.STS_ODD, advice=record.value)
    return _RIGHT


_JUDGES: Final[dict[RecordKind, _Judge]] = {
    RecordKind.DKIM_1: _alias,
    RecordKind.DKIM_2: _alias,
    RecordKind.DKIM_3: _alias,
    RecordKind.MAIL_FROM_MX: _mail_from_mx,
    RecordKind.MAIL_FROM_SPF: _spf,
    RecordKind.SPF: _spf,
    RecordKind.DMARC: _dmarc,
    RecordKind.INBOUND_MX: _inbound_mx,
    RecordKind.MTA_STS: _mta_sts,
    RecordKind.STS_HOST: _sts_host,
    RecordKind.TLS_RPT: _tls_rpt,
}
