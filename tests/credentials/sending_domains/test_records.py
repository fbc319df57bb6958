"""The records that a domain needs, and the zone file of them."""

from __future__ import annotations

import dns.rdata
import dns.rdatatype
import dns.zone
import pytest
from dns.rdtypes.ANY.TXT import TXT
from hypothesis import given, strategies

from credentials.sending_domains.records import (
    DmarcPolicy,
    DomainWishes,
    RecordKind,
    StsMode,
    records_of,
    sts_id,
    sts_policy,
)
from credentials.sending_domains.zone_file import quoted, unquoted, zone_file

WISHES = DomainWishes(
    domain="news.example.org",
    region="eu-west-1",
    dkim_tokens=("abc1", "abc2", "abc3"),
    mail_from="mail.news.example.org",
    reports_to="dmarc@example.org",
    is_receiving=True,
    sts_mode=StsMode.TESTING,
)


def test_records_are_exactly_those_that_ses_and_receivers_document():
    assert [(record.type, record.name, record.value) for record in records_of(WISHES)] == [
        ("CNAME", "abc1._domainkey.news.example.org", "abc1.dkim.amazonses.com"),
        ("CNAME", "abc2._domainkey.news.example.org", "abc2.dkim.amazonses.com"),
        ("CNAME", "abc3._domainkey.news.example.org", "abc3.dkim.amazonses.com"),
        ("MX", "mail.news.example.org", "10 feedback-smtp.eu-west-1.amazonses.com"),
        ("TXT", "mail.news.example.org", "v=spf1 include:amazonses.com ~all"),
        ("TXT", "news.example.org", "v=spf1 include:amazonses.com ~all"),
        ("TXT", "_dmarc.news.example.org", "v=DMARC1; p=none; rua=mailto:dmarc@example.org"),
        ("MX", "news.example.org", "10 inbound-smtp.eu-west-1.amazonaws.com"),
        ("TXT", "_mta-sts.news.example.org", f"v=STSv1; id={sts_id(WISHES)}"),
        ("A", "mta-sts.news.example.org", ""),
        ("TXT", "_smtp._tls.news.example.org", "v=TLSRPTv1; rua=mailto:dmarc@example.org"),
    ]


def test_the_zone_that_ses_names_is_taken_over_the_usual_one():
    wishes = DomainWishes("example.org", "eu-south-2", ("t",), dkim_zone="dkim.eu-south-2.amazonses.com")
    assert records_of(wishes)[0].value == "t.dkim.eu-south-2.amazonses.com"


def test_a_domain_that_only_sends_needs_nothing_for_receiving():
    wishes = DomainWishes("example.org", "us-east-1", dmarc_policy=DmarcPolicy.REJECT, sts_mode=StsMode.ENFORCE)
    assert {record.kind for record in records_of(wishes)} == {RecordKind.SPF, RecordKind.DMARC}
    assert sts_policy(wishes) == ""


def test_the_policy_of_mta_sts_has_its_lines_and_its_id_follows_it():
    assert sts_policy(WISHES) == (
        "version: STSv1\r\nmode: testing\r\nmx: inbound-smtp.eu-west-1.amazonaws.com\r\nmax_age: 604800\r\n"
    )
    stricter = DomainWishes("news.example.org", "eu-west-1", is_receiving=True, sts_mode=StsMode.ENFORCE)
    assert sts_id(stricter) != sts_id(WISHES)


def test_a_name_server_reads_the_zone_file_as_it_was_meant():
    zone = dns.zone.from_text(zone_file(WISHES.domain, records_of(WISHES)), check_origin=False)
    read = {
        (name.derelativize(zone.origin).to_text(omit_final_dot=True), dns.rdatatype.to_text(rows.rdtype), str(row))
        for name, node in zone.nodes.items()
        for rows in node.rdatasets
        for row in rows
    }
    assert ("mail.news.example.org", "MX", "10 feedback-smtp.eu-west-1.amazonses.com.") in read
    assert ("news.example.org", "TXT", '"v=spf1 include:amazonses.com ~all"') in read
    assert len(read) == 10  # all but the host of MTA-STS, which is a comment


@given(strategies.text(max_size=700))
def test_a_text_comes_back_from_its_parts_of_at_most_255_bytes(text):
    text = "".join(letter for letter in text if " " <= letter <= "~")
    value = quoted(text)
    assert unquoted(value) == text
    parsed = dns.rdata.from_text("IN", "TXT", value)
    assert isinstance(parsed, TXT)
    assert all(len(part) <= 255 for part in parsed.strings)
    assert b"".join(parsed.strings).decode() == text


@pytest.mark.parametrize("length", [255, 256, 600])
def test_long_texts_are_split(length):
    assert quoted("x" * length).count('"') == 2 * -(-length // 255)
