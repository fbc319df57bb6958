"""The one place that says which addresses our servers may connect to when a person typed where to: HTTP and SMTP ask here.

Names are looked up once and judged; the connection goes to the address that was judged, so that no second look-up can
answer otherwise (DNS rebinding). Pure but for the network.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

MAX_ADDRESSES = 4  # of one name are tried

_OWN_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
_SHORT_LOOPBACK = re.compile(r"127(\.\d+){1,3}")  # 127.1 is 127.0.0.1

IpAddress = IPv4Address | IPv6Address
Allowed = Callable[[str], bool]
LookUp = Callable[[str, int], list[str]]

# Where networks without IPv4 reach it: as public as the IPv4 address within (RFC 6052, RFC 8880).
_NAT64 = IPv6Network("64:ff9b::/96")
_CARRIERS = (*map(IPv6Network, ("64:ff9b:1::/48", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96")), _NAT64)
# Other ways into IPv4 from IPv6, which nobody needs, and what Python calls global although nobody's server is there.
_NOT_THE_WEB = tuple(
    ip_network(block)
    for block in (
        "64:ff9b:1::/48", "2002::/16", "2001::/23", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "100::/64",
        "fec0::/10", "192.88.99.0/24", "192.0.0.0/24", "100.64.0.0/10", "198.18.0.0/15", "168.63.129.16/32",
    )
)  # fmt: skip
# Never a server of anybody's, also where our own network is allowed: what clouds tell their machines, secrets among it.
_NEVER = tuple(
    ip_network(block)
    for block in (
        "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32",
        "0.0.0.0/8", "::/128", "224.0.0.0/4", "ff00::/8", "240.0.0.0/4",
    )
)  # fmt: skip


class NoSuchName(OSError):
    """The name has no address."""


class InternalAddress(OSError):
    """The name leads, at least in part, to addresses that may not be connected to."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public web: no private, local, shared, reserved or translated one."""
    found = _read(address)
    if found is None:
        return False
    if isinstance(found, IPv6Address) and found in _NAT64:
        found = _within(found)
    if not found.is_global or found.is_multicast or found.is_reserved or found.is_unspecified:
        return False
    return not _is_in_any(found, _NOT_THE_WEB)


def is_public_or_own(address: str) -> bool:
    """Whether it may be connected to where our own network is allowed: still no address that tells machines of clouds
    who they are, however it is written.
    """
    found = _read(address)
    if found is None:
        return False
    return not any(_is_in_any(form, _NEVER) for form in _forms(found))


def is_loopback(address: str) -> bool:
    """Whether it is this machine."""
    found = _read(address)
    return found is not None and found.is_loopback


def is_own_machine(host: str) -> bool:
    """Whether a name or an IP address is this machine's by its look alone: nothing is looked up."""
    return host in _OWN_NAMES or _SHORT_LOOPBACK.fullmatch(host) is not None or is_loopback(host)


def connect_public(
    host: str, port: int, *, timeout_s: float, allow: Allowed = is_public, look_up: LookUp | None = None
) -> socket.socket:
    """A connected TCP socket to an address of the host, each of which `allow` must let pass.

    Raises NoSuchName, InternalAddress, or the OSError of the last address that was tried; within `timeout_s` besides
    the look-up.
    """
    addresses = allowed_addresses(host, port, allow=allow, look_up=look_up)
    ends_s = time.monotonic() + timeout_s
    problem = OSError("No address was tried.")
    for place, address in enumerate(addresses):
        left_s = max(0.01, ends_s - time.monotonic()) / (len(addresses) - place)
        try:
            return _connected(address, port, timeout_s=left_s, allow=allow)
        except InternalAddress:
            raise
        except OSError as error:
            problem = error
    raise problem


def allowed_addresses(host: str, port: int, *, allow: Allowed = is_public, look_up: LookUp | None = None) -> list[str]:
    """The addresses of a host that are tried, none of which is forbidden. Raises NoSuchName, InternalAddress."""
    addresses = (look_up or every_address)(host, port)
    if not addresses or not all(allow(address) for address in addresses):
        raise InternalAddress(f"{host} leads to an address that may not be connected to.")
    return addresses[:MAX_ADDRESSES]


def every_address(host: str, port: int) -> list[str]:
    """Every IP address of a name, those of IPv4 first. Raises NoSuchName when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoSuchName(f"{host} has no address.") from error
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return sorted(addresses, key=lambda address: ":" in address)  # many servers have no IPv6 way out


def _connected(address: str, port: int, *, timeout_s: float, allow: Allowed) -> socket.socket:
    sock = socket.create_connection((address, port), timeout=timeout_s)
    with suppress(OSError):
        if allow(str(sock.getpeername()[0])):
            return sock
    sock.close()
    raise InternalAddress("The connection led to an address that may not be connected to.")


def _read(address: str) -> IpAddress | None:
    try:
        return ip_address(address.partition("%")[0])
    except ValueError:
        return None


def _forms(address: IpAddress) -> list[IpAddress]:
    """The address and every one that it carries within: mapped, compatible, NAT64, 6to4, Teredo."""
    if isinstance(address, IPv4Address) or address.is_loopback:
        return [address]
    found: list[IpAddress] = [address]
    if _is_in_any(address, _CARRIERS):
        found.append(_within(address))
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    if address.teredo is not None:
        found += address.teredo
    return found


def _within(address: IPv6Address) -> IPv4Address:
    """The IPv4 address in its last 32 bits."""
    return IPv4Address(int(address) & 0xFFFF_FFFF)


def _is_in_any(address: IpAddress, blocks: tuple[object, ...]) -> bool:
    return any(
        getattr(block, "version", 0) == address.version and address in block  # type: ignore[operator]
        for block in blocks
    )
