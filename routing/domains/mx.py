"""Who takes the mail of a domain, asked of the DNS. Pure but for the network; what asks can be put in from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import dns.exception
import dns.resolver

from portal.dns.resolver import make_resolver

ANSWER_S: Final = 4.0
_SES_HOST: Final = "inbound-smtp."
_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn")

LookUp = Callable[[str], list[tuple[int, str]]]


class MxState(StrEnum):
    """What the DNS says about a domain."""

    OK = "ok"  # SES is the first choice of whoever sends
    MIXED = "mixed"  # SES is named, but another server comes before it
    ELSEWHERE = "elsewhere"  # other servers only
    MISSING = "missing"  # no MX, or no such domain
    UNREACHABLE = "unreachable"  # the DNS could not be asked: nothing is known


@dataclass(frozen=True, slots=True)
class MxAnswer:
    """What was found; `hosts` as `10 host`, in the order in which senders try them."""

    state: MxState
    hosts: tuple[str, ...] = ()


class NoAnswerError(Exception):
    """No DNS server answered in time, or it answered that it could not."""


def ask_mx(domain: str, look_up: LookUp) -> MxAnswer:
    """Ask where mail to a domain (in A-labels) goes. `look_up` gives (preference, host) pairs."""
    try:
        return judge_mx(look_up(domain))
    except NoAnswerError:
        return MxAnswer(MxState.UNREACHABLE)


def judge_mx(found: list[tuple[int, str]]) -> MxAnswer:
    """What (preference, host) pairs mean for mail that is to come in by SES; a null MX (RFC 7505) is none."""
    pairs = sorted((preference, host.rstrip(".").lower()) for preference, host in found)
    named = [(preference, host) for preference, host in pairs if host]
    hosts = tuple(f"{preference} {host}" for preference, host in named)
    if not named:
        return MxAnswer(MxState.MISSING)
    if not any(_is_ses(host) for _preference, host in named):
        return MxAnswer(MxState.ELSEWHERE, hosts)
    is_first = all(_is_ses(host) for preference, host in named if preference == named[0][0])
    return MxAnswer(MxState.OK if is_first else MxState.MIXED, hosts)


def _is_ses(host: str) -> bool:
    return host.startswith(_SES_HOST) and host.endswith(_AWS)


def dns_lookup(servers: tuple[str, ...] = ()) -> LookUp:
    """Asks these DNS servers, or those of the machine. The look-up raises NoAnswerError."""

    def look_up(domain: str) -> list[tuple[int, str]]:
        try:
            answer = make_resolver(servers).resolve(f"{domain}.", "MX", lifetime=ANSWER_S)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise NoAnswerError from error
        return [(record.preference, str(record.exchange)) for record in answer]

    return look_up
