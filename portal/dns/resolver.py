"""A resolver that asks the servers that were named, or those of the machine. Pure but for the network."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

import dns.nameserver
import dns.resolver

DNS_PORT: Final = 53

Server = tuple[str, int]


def read_server(text: str) -> Server:
    """An IP address with or without a port: `192.0.2.1`, `127.0.0.1:5353`, `[::1]:5353`. Raises ValueError."""
    host, separator, port = text.strip().rpartition(":")
    if not separator or (":" in host and not host.startswith("[")):
        host, port = text.strip(), str(DNS_PORT)
    return str(ip_address(host.strip("[]"))), int(port)


def make_resolver(servers: tuple[str, ...] = ()) -> dns.resolver.Resolver:
    """Asks these servers; without any, those of the machine. Raises DNSException or ValueError where there are none."""
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(*read_server(server)) for server in servers]
    return resolver


def servers_of(resolver: dns.resolver.Resolver) -> tuple[Server, ...]:
    """The servers that the resolver asks."""
    named = [
        (server, resolver.port) if isinstance(server, str) else (server.address, server.port)
        for server in resolver.nameservers
        if isinstance(server, str | dns.nameserver.Do53Nameserver)
    ]
    return tuple(named)
