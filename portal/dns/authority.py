"""Asks a domain's own name servers, so that what was just written is seen at once. Pure but for the network.

Which servers those are is found by a resolver; none is asked whose address is not public, as the owner of a domain says
where they are. One look has a time in which it must end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from portal.dns.resolver import DNS_PORT, Server
from portal.public_addresses import is_public

ANSWER_S: Final = 2.0
LOOK_S: Final = 25.0
MOST_SERVERS: Final = 3
MOST_ALIASES: Final = 8


class Status(StrEnum):
    """What a name server said of a name and a type."""

    FOUND = "found"
    EMPTY = "empty"  # the name exists, without a record of this type
    NO_NAME = "no_name"
    SILENT = "silent"  # nobody could be asked, or nobody answered: nothing is known


class Trouble(StrEnum):
    """Why the name servers of a domain could not be asked. Values are stored."""

    NONE = ""
    NO_ZONE = "no_zone"  # the DNS knows no such domain
    NO_RESOLVER = "no_resolver"  # our own DNS does not answer
    INTERNAL = "internal"  # they are said to be at addresses that are not public
    SILENT = "silent"  # they do not answer, or refuse


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `values` as texts (an MX as `10 host`, host names lower case without the last dot), TXT joined."""

    status: Status
    values: tuple[str, ...] = ()
    server: str = ""  # name of the server that said so
    aliases: tuple[str, ...] = ()  # CNAMEs that were followed


@dataclass(frozen=True, slots=True)
class NamedServer:
    """One name server to ask."""

    name: str
    address: str
    port: int = DNS_PORT


@dataclass(slots=True)
class Authority:
    """Asks about names of one domain, and remembers who is to be asked for the length of one look.

    `direct` are asked instead of the domain's own servers: those of a sandbox, or resolvers, which are to ask on
    (`is_recursive`).
    """

    resolver: dns.resolver.Resolver
    direct: tuple[Server, ...] = ()
    is_recursive: bool = False
    allow: Callable[[str], bool] = is_public
    port: int = DNS_PORT
    trouble: Trouble = Trouble.NONE
    _has_no_way: bool = False  # no server can be found, so nobody looks again
    _servers: dict[str, list[NamedServer]] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)
    _ends_s: float = field(default_factory=lambda: time.monotonic() + LOOK_S)

    def ask(self, name: str, record_type: str) -> Answer:
        """What the servers of the zone of `name` say; aliases are followed, but for CNAME itself."""
        aliases: list[str] = []
        wanted = name.lower().rstrip(".")
        while True:
            answer, target = self._ask_once(wanted, record_type)
            if not target or answer.status is Status.SILENT:
                return Answer(answer.status, answer.values, answer.server, tuple(aliases))
            if target in aliases or len(aliases) >= MOST_ALIASES:
                return Answer(Status.EMPTY, (), answer.server, tuple(aliases))
            aliases.append(target)
            if answer.values:
                return Answer(Status.FOUND, answer.values, answer.server, tuple(aliases))
            wanted = target

    def servers_of(self, name: str) -> list[NamedServer]:
        """The servers to ask about a name; none with `trouble` set."""
        if self.direct:
            return [NamedServer(address, address, port) for address, port in self.direct]
        labels = name.split(".")
        for start in range(len(labels) - 1):
            zone = ".".join(labels[start:])
            if zone not in self._servers:
                self._servers[zone] = self._find_servers(zone)
            if self._servers[zone] or self._has_no_way:
                return self._servers[zone]
        self.trouble = Trouble.NO_ZONE
        return []

    def texts(self, name: str) -> list[str]:
        """The TXT records of any name, asked of the resolver. Raises DNSException, OSError or ValueError."""
        return [_text_of(record, "TXT") for record in self._resolve(name.rstrip("."), "TXT")]

    def _find_servers(self, zone: str) -> list[NamedServer]:
        try:
            answer = self._resolve(zone, "NS")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError):
            self.trouble, self._has_no_way = Trouble.NO_RESOLVER, True
            return []
        if answer.canonical_name.to_text(omit_final_dot=True).lower() != zone:
            return []  # an alias: the servers are those of another name
        return self._reachable([str(record.target).rstrip(".").lower() for record in answer])

    def _reachable(self, hosts: list[str]) -> list[NamedServer]:
        found = [(host, address) for host in sorted(hosts)[:MOST_SERVERS] for address in self._addresses(host)[:1]]
        allowed = [NamedServer(host, address, self.port) for host, address in found if self.allow(address)]
        if not allowed:
            self.trouble, self._has_no_way = Trouble.INTERNAL if found else Trouble.SILENT, True
        return allowed

    def _addresses(self, host: str) -> list[str]:
        for record_type in ("A", "AAAA"):
            try:
                return [str(record.address) for record in self._resolve(host, record_type)]
            except (dns.exception.DNSException, OSError, ValueError):
                continue
        return []

    def _resolve(self, name: str, record_type: str) -> dns.resolver.Answer:
        return self.resolver.resolve(f"{name}.", record_type, lifetime=min(2 * ANSWER_S, self._left_s()))

    def _left_s(self) -> float:
        return max(0.05, self._ends_s - time.monotonic())

    def _ask_once(self, name: str, record_type: str) -> tuple[Answer, str]:
        """The answer of the first server that gives one, and the name that it is an alias of."""
        try:
            question = dns.message.make_query(f"{name}.", record_type, use_edns=0)
        except (dns.exception.DNSException, ValueError):
            return Answer(Status.NO_NAME), ""
        if not self.is_recursive:
            question.flags &= ~dns.flags.RD
        servers = self.servers_of(name)
        for server in servers:
            reply = self._reply_of(server, question)
            if reply is not None:
                return _read(reply, name, record_type, server.name)
        if servers:
            self.trouble = Trouble.SILENT
        return Answer(Status.SILENT), ""

    def _reply_of(self, server: NamedServer, question: dns.message.Message) -> dns.message.Message | None:
        if server.address in self._silent or self._ends_s <= time.monotonic():
            return None
        wait_s = min(ANSWER_S, self._left_s())
        try:
            reply, _was_tcp = dns.query.udp_with_fallback(question, server.address, port=server.port, timeout=wait_s)
        except (dns.exception.DNSException, OSError, ValueError, EOFError):
            self._silent.add(server.address)
            return None
        is_said = reply.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN} and not _is_referral(reply)
        return reply if is_said else None


def _is_referral(reply: dns.message.Message) -> bool:
    """Whether it only names other servers (RFC 1034, 4.3.1): this one does not have the zone, or not any more."""
    names_others = any(rows.rdtype == dns.rdatatype.NS for rows in reply.authority)
    return names_others and not reply.answer and not reply.flags & dns.flags.AA


def _read(reply: dns.message.Message, name: str, record_type: str, server: str) -> tuple[Answer, str]:
    """An answer, and the last alias in it ("" where the name is none)."""
    owner, alias = name, ""
    for _hop in range(0 if record_type == "CNAME" else MOST_ALIASES):
        target = _first(_values(reply, owner, "CNAME"))
        if not target:
            break
        owner = alias = target
    values = _values(reply, owner, record_type)
    if values:
        return Answer(Status.FOUND, tuple(values), server), alias
    status = Status.NO_NAME if reply.rcode() == dns.rcode.NXDOMAIN else Status.EMPTY
    return Answer(status, (), server), alias


def _values(reply: dns.message.Message, name: str, record_type: str) -> list[str]:
    wanted = dns.rdatatype.from_text(record_type)
    found: list[str] = []
    for rows in reply.answer:
        if rows.rdtype == wanted and rows.name.to_text(omit_final_dot=True).lower() == name:
            found += [_text_of(record, record_type) for record in rows]
    return found


def _text_of(record: object, record_type: str) -> str:
    if record_type == "TXT":
        return b"".join(getattr(record, "strings", ())).decode("utf-8", "replace")
    return str(record).rstrip(".").lower()


def _first(values: list[str]) -> str:
    return values[0] if values else ""
