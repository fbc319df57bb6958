"""Who takes the mail of a domain, asked of the DNS. Pure but for the network; what asks can be put in from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import dns.exception
import dns.resolver

ANSWER_S: Final = 4.0
_SES_HOST: Final = "inbound-smtp."
_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn")
_ASKED_NAME_MAX: Final = 253


class MxState(StrEnum):
    """What the DNS says about a domain."""

    NOT_ASKED = "not_asked"
    RECEIVES = "receives"  # SES is the first choice of whoever sends
    SECOND = "second"  # SES is named, but another server comes before it
    ELSEWHERE = "elsewhere"  # other servers only
    NO_MX = "no_mx"
    NO_DOMAIN = "no_domain"
    NO_ANSWER = "no_answer"  # the DNS could not be asked: nothing is known


@dataclass(frozen=True, slots=True)
class MxAnswer:
    """What was found; `hosts` in the order in which senders try them."""

    state: MxState
    hosts: tuple[str, ...] = ()


LookUp = Callable[[str], list[tuple[int, str]]]


class NoSuchDomainError(Exception):
    """The DNS knows no such name."""


class NoAnswerError(Exception):
    """No DNS server answered in time, or it answered that it could not."""


def ask_mx(domain: str, look_up: LookUp | None = None) -> MxAnswer:
    """Ask where mail to a domain (in A-labels) goes. `look_up` gives (preference, host) pairs; for tests."""
    if not domain or len(domain) > _ASKED_NAME_MAX:
        return MxAnswer(MxState.NO_DOMAIN)
    try:
        found = (look_up or _look_up)(domain)
    except NoSuchDomainError:
        return MxAnswer(MxState.NO_DOMAIN)
    except NoAnswerError:
        return MxAnswer(MxState.NO_ANSWER)
    return judge_mx(found)


def judge_mx(found: list[tuple[int, str]]) -> MxAnswer:
    """What (preference, host) pairs mean for mail that is to come in by SES; a null MX (RFC 7505) is none."""
    pairs = sorted((preference, host.rstrip(".").lower()) for preference, host in found)
    hosts = tuple(host for _preference, host in pairs if host)
    if not hosts:
        return MxAnswer(MxState.NO_MX)
    if not any(_is_ses(host) for host in hosts):
        return MxAnswer(MxState.ELSEWHERE, hosts)
    best = min(preference for preference, host in pairs if host)
    is_first = all(_is_ses(host) for preference, host in pairs if host and preference == best)
    return MxAnswer(MxState.RECEIVES if is_first else MxState.SECOND, hosts)


def _is_ses(host: str) -> bool:
    return host.startswith(_SES_HOST) and host.endswith(_AWS)


def lookup_at(servers: tuple[str, ...] = ()) -> LookUp:
    """Asks these DNS servers, or those of the machine."""

    def look_up(domain: str) -> list[tuple[int, str]]:
        return _look_up(domain, servers)

    return look_up


def _look_up(domain: str, servers: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    try:
        resolver = dns.resolver.Resolver(configure=not servers)
        if servers:
            resolver.nameservers = list(servers)
        answer = resolver.resolve(f"{domain}.", "MX", lifetime=ANSWER_S)
    except dns.resolver.NXDOMAIN as error:
        raise NoSuchDomainError from error
    except dns.resolver.NoAnswer:
        return []
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise NoAnswerError from error
    return [(record.preference, str(record.exchange)) for record in answer]
