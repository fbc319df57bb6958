"""What would have to change in a zone so that a domain's records are right. Pure.

Records of others are never touched: beside what a domain needs, whatever a set holds stays in it; where that cannot be,
the set is left alone and the step says why.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from credentials.sending_domains import dmarc, spf
from credentials.sending_domains.records import SES_MAIL_HOST, DmarcPolicy, Record, RecordKind
from credentials.sending_domains.zone_file import TTL_S, quoted, unquoted, wire_value
from portal.dns.record_sets import RecordSet

_SES_MX: Final = re.compile(rf"\d+\s+{SES_MAIL_HOST}\.?", re.I)
_SPF_KINDS: Final = frozenset({RecordKind.SPF, RecordKind.MAIL_FROM_SPF})


class Action(StrEnum):
    """What is done with a set."""

    CREATE = "create"
    CHANGE = "change"
    KEEP = "keep"
    LEAVE = "leave"  # it is not right, and not ours to change


class Why(StrEnum):
    """Why a set is left alone."""

    NONE = ""
    ALIAS = "alias"  # a CNAME, or an alias of Route 53, stands at the name
    OTHERS = "others"  # a CNAME cannot stand beside what is there
    FOREIGN_MX = "foreign_mx"  # mail goes to somebody else's servers
    SEVERAL = "several"  # several of a kind that may be there once: which one is meant?


@dataclass(frozen=True, slots=True)
class Step:
    """One set: what is there, what is to be there."""

    record: Record
    action: Action
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    ttl_s: int = TTL_S
    why: Why = Why.NONE

    @property
    def record_set(self) -> RecordSet:
        """What is written."""
        return RecordSet(self.record.name, self.record.type, self.ttl_s, self.after)


def plan_steps(records: Iterable[Record], sets: Iterable[RecordSet]) -> list[Step]:
    """One step for each record that has a value, by what stands in the zone now."""
    by_name: dict[str, list[RecordSet]] = {}
    for each in sets:
        by_name.setdefault(each.name, []).append(each)
    return [_step(record, by_name.get(record.name, [])) for record in records if record.value]


def changes_of(steps: Iterable[Step]) -> list[Step]:
    """Those that write something."""
    return [step for step in steps if step.action in {Action.CREATE, Action.CHANGE}]


def fingerprint(steps: Iterable[Step]) -> str:
    """Changes when anything in what was shown does."""
    text = "\n".join(
        f"{step.record.name} {step.record.type} {step.action} {step.before} {step.after}" for step in steps
    )
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _step(record: Record, there: list[RecordSet]) -> Step:
    same = [each for each in there if each.type == record.type]
    others = [each for each in there if each.type != record.type]
    if any(not each.is_plain for each in there) or any(each.type == "CNAME" for each in others):
        return Step(record, Action.LEAVE, _values(there), why=Why.ALIAS)
    if record.type == "CNAME" and others:
        return Step(record, Action.LEAVE, _values(others), why=Why.OTHERS)
    if not same:
        return Step(record, Action.CREATE, after=(wire_value(record),))
    after, why = _wanted(record, same[0].values)
    if why:
        return Step(record, Action.LEAVE, same[0].values, why=why)
    action = Action.KEEP if _plain(record, after) == _plain(record, same[0].values) else Action.CHANGE
    return Step(record, action, same[0].values, after, same[0].ttl_s)


def _wanted(record: Record, values: tuple[str, ...]) -> tuple[tuple[str, ...], Why]:
    if record.type == "CNAME":
        return (wire_value(record),), Why.NONE
    if record.type == "MX":
        return _wanted_mx(record, values)
    return _wanted_texts(record, values)


def _wanted_mx(record: Record, values: tuple[str, ...]) -> tuple[tuple[str, ...], Why]:
    is_ours = all(_SES_MX.fullmatch(value.strip()) for value in values)
    return ((wire_value(record),), Why.NONE) if is_ours else ((), Why.FOREIGN_MX)


def _wanted_texts(record: Record, values: tuple[str, ...]) -> tuple[tuple[str, ...], Why]:
    """Texts of others stay as they stand: Route 53 has escapes of its own."""
    start = re.split(r"[; ]", record.value, maxsplit=1)[0].lower()
    same = [text for text in map(unquoted, values) if text.lower().replace(" ", "").startswith(start)]
    others = [value for value in values if unquoted(value) not in same]
    if record.kind in _SPF_KINDS:
        text = same[0] if len(same) == 1 and spf.lets_ses_send(same[0]) else spf.merged(same)
    elif len(same) > 1:
        return (), Why.SEVERAL
    else:
        text = _one_text(record, same[0]) if same else record.value
    return (*others, quoted(text)), Why.NONE


def _one_text(record: Record, text: str) -> str:
    """What the one text of its kind becomes; whose reports it names is not changed."""
    if record.kind is RecordKind.TLS_RPT:
        return text
    return _stricter(text, record.value) if record.kind is RecordKind.DMARC else record.value


def _stricter(text: str, wanted: str) -> str:
    """A DMARC record with the wished policy, if it is stricter; one that nobody understands is replaced."""
    try:
        there, wished = dmarc.read_dmarc(text), dmarc.read_dmarc(wanted)
    except dmarc.DmarcError:
        return wanted
    if there.strength >= wished.strength:
        return text
    return re.sub(r"(?<=;)(\s*)p\s*=\s*[a-z]+", rf"\1p={DmarcPolicy(wished.policy)}", text, count=1, flags=re.I)


def _plain(record: Record, values: tuple[str, ...]) -> set[str]:
    """Values so that spelling alone makes no difference."""
    if record.type == "TXT":
        return {unquoted(value) for value in values}
    return {value.lower().rstrip(".") for value in values}


def _values(sets: list[RecordSet]) -> tuple[str, ...]:
    return tuple(f"{each.type} {value}" for each in sets for value in each.values or (each.name,))
