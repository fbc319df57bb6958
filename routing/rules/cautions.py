"""What is odd about a rule, and what would cure it. Pure: what surrounds the rules is handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from routing.recipients import PatternKind, candidate_keys, read_recipient
from routing.rules.definition import Action, ActionKind, Choice
from routing.rules.shadows import dead_choices, takes_everything


class Oddity(StrEnum):
    """What is odd; stored nowhere."""

    CHOICE_SHADOWED = "choice_shadowed"
    CHOICE_IMPOSSIBLE = "choice_impossible"
    DOMAIN_UNKNOWN = "domain_unknown"
    DOMAIN_OFF = "domain_off"
    DOMAIN_MX = "domain_mx"
    ACCOUNT_GONE = "account_gone"
    ACCOUNT_DISCONNECTED = "account_disconnected"
    LEADS_BACK = "leads_back"
    FORWARD_FAILS = "forward_fails"
    SAME_AS_NEXT = "same_as_next"


@dataclass(frozen=True, slots=True)
class Caution:
    """One oddity of one rule. `number` is the choice it is about (from 1), `taken_by` the choice that takes its mail.

    `subject` is the domain, address, account or key it is about.
    """

    oddity: Oddity
    number: int = 0
    taken_by: int = 0
    subject: str = ""


@dataclass(frozen=True, slots=True)
class DomainFact:
    """A domain of the list of domains; `mx_is_bad` only when the DNS said that mail goes elsewhere or nowhere."""

    receives: bool
    mx_is_bad: bool


@dataclass(frozen=True, slots=True)
class AccountFact:
    """A Gmail account."""

    address: str
    is_connected: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """The parts of a rule that cautions look at."""

    key: str
    kind: str
    domain: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rules stand in. `next_choices` are those of rules that a rule gives way to, by key; off ones left out."""

    domains: Mapping[str, DomainFact] = field(default_factory=dict)
    accounts: Mapping[int, AccountFact] = field(default_factory=dict)
    next_choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    default_choices: tuple[Choice, ...] = ()
    failing: frozenset[str] = frozenset()  # addresses that mail could not be forwarded to


def find_cautions(rule: Looked, around: Surroundings) -> list[Caution]:
    """All that is odd about one rule, the gravest first."""
    return [
        *_about_choices(rule.choices),
        *_about_domain(rule, around),
        *_about_destinations(rule.choices, around),
        *_about_next(rule, around),
    ]


def keys_after(rule: Looked) -> list[str]:
    """The keys that are tried after the rule's own, for a mail to its address."""
    if rule.kind == PatternKind.DOMAIN:
        return ["*"]
    keys = [candidate.key for candidate in candidate_keys(read_recipient(rule.key))]
    return keys[keys.index(rule.key) + 1 :] if rule.key in keys else []


def leads_back(address: str, domains: Mapping[str, DomainFact]) -> bool:
    """Whether mail forwarded to an address comes in here again."""
    found = domains.get(address.rpartition("@")[2])
    return found is not None and found.receives


def _about_choices(choices: Sequence[Choice]) -> Iterator[Caution]:
    for dead in dead_choices(choices):
        oddity = Oddity.CHOICE_SHADOWED if dead.taken_by else Oddity.CHOICE_IMPOSSIBLE
        yield Caution(oddity, dead.number, dead.taken_by)


def _about_domain(rule: Looked, around: Surroundings) -> Iterator[Caution]:
    if not rule.domain:
        return
    found = around.domains.get(rule.domain)
    if found is None:
        yield Caution(Oddity.DOMAIN_UNKNOWN, subject=rule.domain)
    elif not found.receives:
        yield Caution(Oddity.DOMAIN_OFF, subject=rule.domain)
    elif found.mx_is_bad:
        yield Caution(Oddity.DOMAIN_MX, subject=rule.domain)


def _about_destinations(choices: Sequence[Choice], around: Surroundings) -> Iterator[Caution]:
    seen: set[tuple[Oddity, str]] = set()
    for number, choice in enumerate(choices, 1):
        for action in choice.actions:
            found = _about_action(action, around)
            if found and found not in seen:
                seen.add(found)
                yield Caution(found[0], number, subject=found[1])


def _about_action(action: Action, around: Surroundings) -> tuple[Oddity, str] | None:
    if action.kind is ActionKind.GMAIL:
        account = around.accounts.get(action.account_id)
        if account is None:
            return Oddity.ACCOUNT_GONE, str(action.account_id)
        return None if account.is_connected else (Oddity.ACCOUNT_DISCONNECTED, account.address)
    if action.kind is not ActionKind.FORWARD:
        return None
    if leads_back(action.address, around.domains):
        return Oddity.LEADS_BACK, action.address
    return (Oddity.FORWARD_FAILS, action.address) if action.address in around.failing else None


def _about_next(rule: Looked, around: Surroundings) -> Iterator[Caution]:
    """A rule that does just what would happen without it."""
    for key in keys_after(rule):
        choices = around.next_choices.get(key)
        if choices is None:
            continue
        if choices == rule.choices:
            yield Caution(Oddity.SAME_AS_NEXT, subject=key)
        if choices == rule.choices or takes_everything(choices):
            return
    if rule.key and rule.choices == around.default_choices:
        yield Caution(Oddity.SAME_AS_NEXT)
