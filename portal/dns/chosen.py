"""Whom this installation asks about the DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from portal.dns.authority import Authority
from portal.dns.resolver import make_resolver, read_server, servers_of

if TYPE_CHECKING:
    import dns.resolver


def may_ask_dns() -> bool:
    """Whether the DNS is asked at all: in the sandbox only where DNS_SERVERS names one."""
    return bool(settings.DNS_SERVERS) or not settings.SANDBOX


def chosen_resolver() -> dns.resolver.Resolver:
    """The resolver of DNS_SERVERS, or that of the machine. Raises DNSException or ValueError where there is none."""
    return make_resolver(tuple(settings.DNS_SERVERS))


def asks_own_servers() -> bool:
    """Whether a domain's own name servers are asked; otherwise the resolver, whose answers may be as old as their TTL."""
    return bool(settings.DNS_ASKS == "own" or settings.SANDBOX)


def chosen_authority() -> Authority:
    """Asks a domain's own name servers; in the sandbox DNS_SERVERS stand for them, at addresses of this machine.

    Raises DNSException or ValueError where no resolver can be had.
    """
    resolver = chosen_resolver()
    if settings.SANDBOX:
        return Authority(resolver, direct=tuple(read_server(server) for server in settings.DNS_SERVERS))
    if not asks_own_servers():
        return Authority(resolver, direct=servers_of(resolver), is_recursive=True)
    return Authority(resolver)
