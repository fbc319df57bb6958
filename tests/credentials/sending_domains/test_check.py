"""What is said of each record that a name server may show."""

from __future__ import annotations

import pytest

from credentials.sending_domains import spf
from credentials.sending_domains.check import Look, Oddity, judge
from credentials.sending_domains.dmarc import DmarcError, read_dmarc
from credentials.sending_domains.records import (
    DmarcPolicy,
    DomainWishes,
    Mark,
    Record,
    RecordKind,
    StsMode,
    records_of,
    sts_id,
)
from portal.dns.authority import Answer, Status

WISHES = DomainWishes(
    "example.org", "eu-west-1", ("t1", "t2", "t3"), mail_from="mail.example.org", reports_to="d@example.org",
    is_receiving=True, sts_mode=StsMode.TESTING,
)  # fmt: skip
RECORDS = {record.kind: record for record in records_of(WISHES)}
SES = "v=spf1 include:amazonses.com ~all"


def nothing(_name: str) -> list[str]:
    return []


def found(*values: str) -> Answer:
    return Answer(Status.FOUND, values, "ns1.example.org") if values else Answer(Status.NO_NAME, (), "ns1.example.org")


def judged(kind: RecordKind, *values: str, wishes: DomainWishes = WISHES, **look: Answer | bool | None):
    return judge(RECORDS[kind], Look(found(*values), **look), wishes, ask_txt=nothing)  # type: ignore[arg-type]


RIGHT, WRONG, ADVICE, MISSING = Mark.RIGHT, Mark.WRONG, Mark.ADVICE, Mark.MISSING
CASES = [
    (RecordKind.DKIM_1, ["t1.dkim.amazonses.com"], RIGHT, Oddity.NONE),
    (RecordKind.DKIM_1, ["t2.dkim.amazonses.com"], WRONG, Oddity.OTHER_VALUE),
    (RecordKind.DKIM_1, ["t1.dkim.amazonses.com.example.org"], WRONG, Oddity.VALUE_ZONE),
    (RecordKind.DKIM_1, [], MISSING, Oddity.NOT_FOUND),
    (RecordKind.MAIL_FROM_MX, ["10 feedback-smtp.eu-west-1.amazonses.com"], RIGHT, Oddity.NONE),
    (RecordKind.MAIL_FROM_MX, ["5 feedback-smtp.eu-west-1.amazonses.com"], RIGHT, Oddity.NONE),
    (RecordKind.MAIL_FROM_MX, ["10 feedback-smtp.us-east-1.amazonses.com"], WRONG, Oddity.OTHER_REGION),
    (RecordKind.MAIL_FROM_MX, ["10 mx.example.com"], WRONG, Oddity.OTHER_VALUE),
    (RecordKind.MAIL_FROM_MX, ["10 feedback-smtp.eu-west-1.amazonses.com", "20 mx.example.com"], WRONG, Oddity.SEVERAL),
    (RecordKind.MAIL_FROM_MX, ["10 feedback-smtp.eu-west-1.amazonses.com.example.org"], WRONG, Oddity.VALUE_ZONE),
    (RecordKind.MAIL_FROM_SPF, [SES], RIGHT, Oddity.NONE),
    (RecordKind.MAIL_FROM_SPF, ["v=spf1 -all"], WRONG, Oddity.SPF_WITHOUT_SES),
    (RecordKind.SPF, ["v=spf1 mx -all", "google-site-verification=1"], ADVICE, Oddity.SPF_WITHOUT_SES),
    (RecordKind.SPF, ["google-site-verification=1"], MISSING, Oddity.NOT_FOUND),
    (RecordKind.SPF, [SES, "v=spf1 mx -all"], WRONG, Oddity.SEVERAL),
    (RecordKind.SPF, ["v=spf1 include:amazonses.com +all"], WRONG, Oddity.SPF_EVERYBODY),
    (RecordKind.SPF, ["v=spf1 +include:amazonses.com ~all"], RIGHT, Oddity.NONE),
    (RecordKind.MAIL_FROM_SPF, ["v=spf1 -all include:amazonses.com"], WRONG, Oddity.SPF_WITHOUT_SES),
    (RecordKind.SPF, ["v=spf1 inclde:amazonses.com ~all"], WRONG, Oddity.SPF_ODD),
    (RecordKind.SPF, [f'"{SES}"'], WRONG, Oddity.QUOTED),
    (RecordKind.SPF, ["v=spf1 " + "a:x.example " * 10 + "include:amazonses.com ~all"], WRONG, Oddity.SPF_LOOKUPS),
    (RecordKind.DMARC, ["v=DMARC1; p=none; rua=mailto:d@example.org"], ADVICE, Oddity.DMARC_WATCHES),
    (RecordKind.DMARC, ["v=DMARC1; p=reject; rua=mailto:d@example.org"], RIGHT, Oddity.NONE),
    (RecordKind.DMARC, ["v=DMARC1;p=quarantine"], ADVICE, Oddity.NO_REPORTS),
    (RecordKind.DMARC, ["v=DMARC1; p=quarantine; pct=20"], ADVICE, Oddity.DMARC_PART),
    (RecordKind.DMARC, ["v=DMARC1; p=monitor"], WRONG, Oddity.DMARC_ODD),
    (RecordKind.DMARC, ["v=DMARC1, p=none"], WRONG, Oddity.DMARC_ODD),
    (RecordKind.DMARC, ["v=DMARC1; p=reject; rua=mailto:d@example.org; policy=x; x_note=hello"], RIGHT, Oddity.NONE),
    (RecordKind.DMARC, ["v=DMARC1; p=none", "v=DMARC1; p=reject"], WRONG, Oddity.SEVERAL),
    (RecordKind.DMARC, ['"v=DMARC1; p=none"'], WRONG, Oddity.QUOTED),
    (RecordKind.INBOUND_MX, ["10 inbound-smtp.eu-west-1.amazonaws.com"], RIGHT, Oddity.NONE),
    (RecordKind.INBOUND_MX, ["10 inbound-smtp.us-east-1.amazonaws.com"], WRONG, Oddity.OTHER_REGION),
    (RecordKind.INBOUND_MX, ["5 mx.example.com", "10 inbound-smtp.eu-west-1.amazonaws.com"], WRONG, Oddity.MX_NOT_FIRST),
    (RecordKind.INBOUND_MX, ["20 mx.example.com", "10 inbound-smtp.eu-west-1.amazonaws.com"], ADVICE, Oddity.MX_OTHERS_TOO),
    (RecordKind.MTA_STS, [f"v=STSv1; id={sts_id(WISHES)};"], RIGHT, Oddity.NONE),
    (RecordKind.MTA_STS, ["v=STSv1; id=20240101"], ADVICE, Oddity.STS_ID),
    (RecordKind.MTA_STS, ["v=STSv1; id=a-b"], WRONG, Oddity.STS_ODD),
    (RecordKind.TLS_RPT, ["v=TLSRPTv1; rua=mailto:other@example.org"], RIGHT, Oddity.NONE),
    (RecordKind.TLS_RPT, ["v=TLSRPTv1"], WRONG, Oddity.STS_ODD),
    (RecordKind.STS_HOST, ["192.0.2.1"], RIGHT, Oddity.NONE),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "values", "mark", "oddity"), CASES)
def test_each_record_gets_its_mark_and_what_is_wrong(kind, values, mark, oddity):
    finding = judged(kind, *values)
    assert (finding.mark, finding.oddity) == (mark, oddity)


def test_each_oddity_is_met_and_has_words():
    from credentials.sending_domains.wording import oddity_words

    for oddity in Oddity:
        words = oddity_words(oddity, domain="example.org", asked="ns1.example.org", advice="advice")
        assert (words == "") == (oddity is Oddity.NONE)
        assert not set("{}") & set(words)


def test_silence_is_no_answer():
    finding = judge(RECORDS[RecordKind.SPF], Look(Answer(Status.SILENT)), WISHES, ask_txt=nothing)
    assert (finding.mark, finding.oddity) == (Mark.UNKNOWN, Oddity.SILENT)


def test_a_record_under_the_domain_twice_is_told_apart_from_a_missing_one():
    assert judged(RecordKind.DKIM_1, twice=found("t1.dkim.amazonses.com")).oddity == Oddity.ZONE_TWICE
    assert judged(RecordKind.SPF, twice=found("some=other")).oddity == Oddity.NOT_FOUND


def test_a_text_where_an_alias_belongs_is_told_apart():
    assert judged(RecordKind.DKIM_2, other=found("v=DKIM1; p=MIG")).oddity == Oddity.OTHER_TYPE


def test_a_page_of_the_policy_that_does_not_open_is_wrong():
    assert judged(RecordKind.STS_HOST, "192.0.2.1", opens=False).oddity == Oddity.STS_NOT_OPEN


def test_a_policy_milder_than_wished_is_wrong():
    strict = DomainWishes("example.org", "eu-west-1", dmarc_policy=DmarcPolicy.REJECT)
    record = Record(RecordKind.DMARC, "TXT", "_dmarc.example.org", "v=DMARC1; p=reject")
    finding = judge(record, Look(found("v=DMARC1; p=quarantine")), strict, ask_txt=nothing)
    assert finding.oddity == Oddity.DMARC_WEAKER


@pytest.mark.parametrize(
    ("text", "mark", "oddity"),
    [
        ("v=DMARC1; p=reject", RIGHT, Oddity.DMARC_PARENT),
        ("v=DMARC1; p=none", ADVICE, Oddity.DMARC_WATCHES),
        ("v=DMARC1; p=reject; sp=none", ADVICE, Oddity.DMARC_WATCHES),
        ("v=DMARC1; p=none; sp=quarantine", RIGHT, Oddity.DMARC_PARENT),
        ("v=DMARC1; p=maybe", MISSING, Oddity.NOT_FOUND),
    ],
)
def test_the_domain_above_may_speak_for_one_without_dmarc(text, mark, oddity):
    finding = judged(RecordKind.DMARC, above=found(text))
    assert (finding.mark, finding.oddity) == (mark, oddity)


def test_the_domain_above_does_not_speak_for_one_that_wishes_more():
    strict = DomainWishes("example.org", "eu-west-1", dmarc_policy=DmarcPolicy.REJECT)
    look = Look(found(), above=found("v=DMARC1; p=quarantine"))
    assert judge(RECORDS[RecordKind.DMARC], look, strict, ask_txt=nothing).oddity == Oddity.NOT_FOUND


@pytest.mark.parametrize(
    ("texts", "merged"),
    [
        ([], SES),
        (["v=spf1 mx -all"], "v=spf1 include:amazonses.com mx -all"),
        ([SES, "v=spf1 mx include:amazonses.com -all"], "v=spf1 include:amazonses.com mx ~all"),
        (["v=spf1 redirect=_spf.example.org"], "v=spf1 include:amazonses.com redirect=_spf.example.org"),
        (["v=spf1 ip4:192.0.2.1 +all"], "v=spf1 include:amazonses.com ip4:192.0.2.1 ~all"),
    ],
)
def test_spf_records_become_one_that_lets_all_of_them_send(texts, merged):
    assert spf.merged(texts) == merged


def test_lookups_of_what_is_included_count_and_circles_end():
    known = {
        "a.example": ["v=spf1 include:b.example mx a:x.example -all"],
        "b.example": ["v=spf1 include:a.example exists:%{i}.example ip4:192.0.2.1 -all"],
    }
    text = "v=spf1 include:a.example redirect=b.example"
    assert spf.count_lookups(text, lambda name: known.get(name, [])) == 12


def test_an_endless_chain_of_includes_is_given_up():
    asked: list[str] = []

    def endless(name: str) -> list[str]:
        asked.append(name)
        return [f"v=spf1 include:{len(asked)}.example include:b{len(asked)}.example -all"]

    assert spf.count_lookups("v=spf1 include:a.example -all", endless) == 20
    assert len(asked) < 60


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("p=none; v=DMARC1", "p=none"),
        ("v=DMARC1", "p="),
        ("v=DMARC1; p=none; p=reject", "p=reject"),
        ("v=DMARC1; p=none; rua=d@example.org", "rua=d@example.org"),
        ("v=DMARC1; p=none; pct=150", "pct=150"),
        ("v=DMARC1; p=none; rua:mailto", "rua:mailto"),
    ],
)
def test_the_part_that_receivers_do_not_understand_is_named(text, part):
    with pytest.raises(DmarcError, match=part.replace("?", r"\?")):
        read_dmarc(text)
