"""Asking a domain's own name servers, against servers on this machine."""

from __future__ import annotations

import dns.message
import dns.rrset
import pytest

from portal.dns.authority import Authority, Status, Trouble
from portal.dns.chosen import chosen_authority
from portal.dns.resolver import make_resolver, read_server
from sandbox.ses_double.name_server import NameServer
from sandbox.ses_double.names import Names


@pytest.fixture
def server():
    """Resolver and name server of example.org in one."""
    names = Names()
    names.put("example.org", "NS", ["ns1.host.example"])
    names.put("ns1.host.example", "A", ["127.0.0.1"])
    running = NameServer(names)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def authority(server):
    resolver = make_resolver((f"127.0.0.1:{server.port}",))
    return Authority(resolver, allow=lambda _address: True, port=server.port)


def test_the_servers_of_the_nearest_zone_are_asked(server, authority):
    server.names.put("a._domainkey.news.example.org", "CNAME", ["A.dkim.amazonses.com."])

    answer = authority.ask("a._domainkey.News.example.org.", "CNAME")

    assert (answer.status, answer.values, answer.server) == (
        Status.FOUND,
        ("a.dkim.amazonses.com",),
        "ns1.host.example",
    )


def test_parts_of_a_text_are_joined_and_several_are_told_apart(server, authority):
    server.names.put("example.org", "TXT", ["v=spf1 " + "a" * 400, 'say "hi"'])
    assert set(authority.ask("example.org", "TXT").values) == {"v=spf1 " + "a" * 400, 'say "hi"'}


def test_a_name_without_the_type_is_told_from_a_name_that_is_not_there(server, authority):
    server.names.put("www.example.org", "A", ["192.0.2.1"])
    assert authority.ask("www.example.org", "MX").status is Status.EMPTY
    assert authority.ask("nothing.example.org", "MX").status is Status.NO_NAME


def test_aliases_are_followed_into_other_zones_and_circles_end(server, authority):
    server.names.put("_dmarc.example.org", "CNAME", ["_dmarc.vendor.example"])
    server.names.put("vendor.example", "NS", ["ns1.host.example"])
    server.names.put("_dmarc.vendor.example", "TXT", ["v=DMARC1; p=none"])
    server.names.put("circle.example.org", "CNAME", ["round.example.org"])
    server.names.put("round.example.org", "CNAME", ["circle.example.org"])

    answer = authority.ask("_dmarc.example.org", "TXT")

    assert (answer.values, answer.aliases) == (("v=DMARC1; p=none",), ("_dmarc.vendor.example",))
    assert authority.ask("circle.example.org", "TXT").status is Status.EMPTY


def test_an_answer_too_long_for_one_packet_comes_by_tcp(server, authority):
    server.names.put("example.org", "TXT", [f"{number:03d}" + "x" * 200 for number in range(30)])
    assert len(authority.ask("example.org", "TXT").values) == 30


def test_a_domain_that_the_dns_does_not_know_is_said_to_be_unknown(authority):
    assert authority.ask("nowhere.invalid", "TXT").status is Status.SILENT
    assert authority.trouble is Trouble.NO_ZONE


def test_name_servers_at_addresses_of_our_own_network_are_not_asked(server):
    guarded = Authority(make_resolver((f"127.0.0.1:{server.port}",)), port=server.port)

    assert guarded.ask("example.org", "TXT").status is Status.SILENT
    assert guarded.trouble is Trouble.INTERNAL


def test_a_server_that_is_silent_is_not_taken_for_one_without_the_record(server, authority, monkeypatch):
    monkeypatch.setattr("portal.dns.authority.ANSWER_S", 0.1)
    server.silent_names.add("slow.example.org")

    assert authority.ask("slow.example.org", "TXT").status is Status.SILENT
    assert authority.trouble is Trouble.SILENT


def test_a_server_that_only_refers_to_others_is_not_taken_for_one_without_the_record(authority, monkeypatch):
    def refer(question, *_where, **_how):
        reply = dns.message.make_response(question)
        reply.authority.append(dns.rrset.from_text("org.", 60, "IN", "NS", "a.registry.example."))
        return reply, False

    monkeypatch.setattr("dns.query.udp_with_fallback", refer)

    assert authority.ask("example.org", "TXT").status is Status.SILENT


def test_one_silent_name_does_not_silence_the_others(server, authority, monkeypatch):
    monkeypatch.setattr("portal.dns.authority.ANSWER_S", 0.1)
    server.names.put("here.example.org", "TXT", ["text"])
    server.silent_names.add("slow.example.org")
    authority.ask("slow.example.org", "TXT")
    authority._silent.clear()

    assert authority.ask("here.example.org", "TXT").values == ("text",)


def test_a_resolver_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("portal.dns.authority.ANSWER_S", 0.1)
    nobody = Authority(make_resolver(("127.0.0.1:1",)))
    assert nobody.ask("example.org", "TXT").status is Status.SILENT
    assert nobody.trouble is Trouble.NO_RESOLVER


def test_a_resolver_is_asked_where_the_installation_cannot_reach_others(server, settings):
    settings.SANDBOX, settings.DNS_ASKS, settings.DNS_SERVERS = False, "resolver", [f"127.0.0.1:{server.port}"]
    server.names.put("text.example.org", "TXT", ["v=spf1 -all"])

    authority = chosen_authority()

    assert authority.ask("text.example.org", "TXT").values == ("v=spf1 -all",)
    assert authority.ask("text.example.org", "TXT").server == "127.0.0.1"
    assert authority.is_recursive


def test_names_that_cannot_be_names_do_no_harm(authority):
    for name in ("..", "a" * 300 + ".org", "a..org", "\\", "a b.example.org"):
        assert not authority.ask(name, "TXT").values


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
    ],
)
def test_a_server_is_read_with_or_without_a_port(text, server):
    assert read_server(text) == server


@pytest.mark.parametrize("text", ["dns.example", "", "127.0.0.1:x"])
def test_a_server_without_an_address_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_server(text)
