"""One place judges where HTTP and SMTP may connect to, at the connection itself."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, strategies as st

from portal.public_addresses import (
    InternalAddress,
    NoSuchName,
    allowed_addresses,
    connect_public,
    is_loopback,
    is_own_machine,
    is_public,
    is_public_or_own,
)

PUBLIC = "93.184.215.14"
METADATA = "169.254.169.254"
private_blocks = st.sampled_from(
    [
        ("0.0.0.0", 8), ("10.0.0.0", 8), ("100.64.0.0", 10), ("127.0.0.0", 8), ("169.254.0.0", 16), ("172.16.0.0", 12),
        ("192.0.0.0", 24), ("192.168.0.0", 16), ("198.18.0.0", 15), ("224.0.0.0", 4), ("240.0.0.0", 4),
    ]
)  # fmt: skip
CARRIERS = ["::ffff:0:0", "::", "64:ff9b::", "64:ff9b:1::", "::ffff:0:0:0"]


@st.composite
def private_addresses(draw):
    begin, length = draw(private_blocks)
    return IPv4Address(int(IPv4Address(begin)) + draw(st.integers(0, 2 ** (32 - length) - 1)))


def carried(address: IPv4Address, carrier: str) -> str:
    return str(IPv6Address(int(IPv6Address(carrier)) + int(address)))


def six_to_four(address: IPv4Address) -> str:
    return str(IPv6Address((0x2002 << 112) | (int(address) << 80) | 1))


def teredo(address: IPv4Address) -> str:
    return str(IPv6Address((0x20010000 << 96) | (0x5DB8D70E << 64) | (int(address) ^ 0xFFFF_FFFF)))


@given(private_addresses())
def test_no_private_address_is_public_however_it_is_carried(address):
    spellings = [str(address), six_to_four(address), teredo(address), *(carried(address, way) for way in CARRIERS)]
    assert [spelling for spelling in spellings if is_public(spelling)] == []


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_through_nat64_an_address_is_as_public_as_by_itself(address):
    assert is_public(carried(address, "64:ff9b::")) == is_public(str(address))


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_whatever_is_public_is_global(address):
    assert not is_public(str(address)) or address.is_global


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_own_networks_add_addresses_and_take_none_away(address):
    assert is_public_or_own(str(address)) or not is_public(str(address))


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "192.168.0.4", "::1", "fd12::1", PUBLIC, "2606:2800::1"])
def test_our_own_network_may_be_allowed(address):
    assert is_public_or_own(address)


@pytest.mark.parametrize(
    "address",
    [
        METADATA, "169.254.170.2", "fd00:ec2::254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "0.0.0.0", "::",
        "224.0.0.1", "ff02::1", "255.255.255.255", "fe80::1%eth0", "not an address", "",
        *(carried(IPv4Address(METADATA), way) for way in CARRIERS), six_to_four(IPv4Address(METADATA)),
        teredo(IPv4Address(METADATA)),
    ],
)  # fmt: skip
def test_what_clouds_tell_their_machines_is_never_allowed(address):
    assert not is_public_or_own(address)


@pytest.mark.parametrize(
    ("address", "is_it"), [("127.8.8.8", True), ("::1", True), ("10.0.0.1", False), ("1277", False)]
)
def test_this_machine_is_known(address, is_it):
    assert is_loopback(address) == is_it


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("127.1", True), ("::1", True),
        ("127.example.com", False), ("localhost.example.com", False), ("10.0.0.1", False), ("", False),
    ],
)  # fmt: skip
def test_our_own_machine_is_known_by_its_look(host, is_it):
    assert is_own_machine(host) == is_it


def test_one_inside_among_several_is_enough_to_refuse():
    with pytest.raises(InternalAddress):
        allowed_addresses("relay.example", 587, look_up=lambda _host, _port: [PUBLIC, "10.0.0.1"])


def test_a_name_without_an_address_is_told_apart():
    with pytest.raises(NoSuchName):
        connect_public("no-such-host.invalid", 25, timeout_s=1)


def test_it_connects_where_that_is_allowed(listener):
    sock = connect_public("localhost", listener, timeout_s=2, allow=is_loopback, look_up=_localhost)
    with sock:
        assert sock.getpeername() == ("127.0.0.1", listener)


def test_the_address_is_looked_up_once_and_then_connected_to_as_it_is(listener, monkeypatch):
    """A name that answers otherwise the second time leads nowhere else."""
    answers = iter([["127.0.0.1"], [METADATA]])
    dialled: list[str] = []
    real = socket.create_connection

    def dial(address, **options):
        dialled.append(address[0])
        return real(address, **options)

    monkeypatch.setattr(socket, "create_connection", dial)
    connect_public(
        "rebinding.example", listener, timeout_s=2, allow=is_loopback, look_up=lambda _host, _port: next(answers)
    ).close()

    assert dialled == ["127.0.0.1"]
    assert next(answers) == [METADATA]


def test_the_address_that_is_really_connected_to_is_judged(listener, monkeypatch):
    """A route or a proxy may lead elsewhere than asked: what counts is the peer of the socket."""
    real = socket.create_connection
    monkeypatch.setattr(
        socket,
        "create_connection",
        lambda _address, **options: real(("127.0.0.1", listener), **options),
    )
    with pytest.raises(InternalAddress):
        connect_public("relay.example", 587, timeout_s=2, look_up=lambda _host, _port: [PUBLIC])


def test_the_next_address_is_tried_when_one_does_not_answer(listener):
    sock = connect_public(
        "relay.example", listener, timeout_s=2, allow=is_loopback, look_up=lambda _host, _port: ["::1", "127.0.0.1"]
    )
    with sock:
        assert sock.getpeername()[0] == "127.0.0.1"


def test_nobody_at_the_port_is_an_error_of_the_system():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        connect_public("localhost", port, timeout_s=2, allow=is_loopback, look_up=_localhost)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _localhost(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]
