"""Changes at Route 53: what would change, what is left alone, and that it is written as it was shown."""

from __future__ import annotations

import boto3
import pytest

from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.records import DmarcPolicy, DomainWishes, RecordKind, records_of
from credentials.sending_domains.route_changes import apply_changes, plan_changes
from credentials.sending_domains.route_plan import Action, Why, changes_of, plan_steps
from credentials.sending_domains.tending import tend_domain
from portal.dns.record_sets import RecordSet
from portal.errors import Conflict, Refused
from tests.factories.sending_domains import make_sending_domain

WISHES = DomainWishes(
    "example.org", "eu-west-1", ("t1",), mail_from="mail.example.org", is_receiving=True,
    dmarc_policy=DmarcPolicy.QUARANTINE, reports_to="d@example.org",
)  # fmt: skip
SES = '"v=spf1 include:amazonses.com ~all"'


def step(kind: RecordKind, *sets: RecordSet):
    return next(each for each in plan_steps(records_of(WISHES), sets) if each.record.kind is kind)


def there(name: str, record_type: str, *values: str, is_plain: bool = True) -> RecordSet:
    return RecordSet(name, record_type, 300, values, is_plain)


APEX, DMARC = "example.org", "_dmarc.example.org"
DKIM, MAIL = "t1._domainkey.example.org", "mail.example.org"
CASES = [
    (RecordKind.DKIM_1, [], Action.CREATE, ("t1.dkim.amazonses.com.",), Why.NONE),
    (RecordKind.DKIM_1, [there(DKIM, "CNAME", "T1.dkim.amazonses.com")], Action.KEEP, None, Why.NONE),
    (RecordKind.DKIM_1, [there(DKIM, "CNAME", "old.example.")], Action.CHANGE, ("t1.dkim.amazonses.com.",), Why.NONE),
    (RecordKind.DKIM_1, [there(DKIM, "TXT", '"v=DKIM1"')], Action.LEAVE, None, Why.OTHERS),
    (RecordKind.MAIL_FROM_MX, [there(MAIL, "MX", "10 mx.example.com.")], Action.LEAVE, None, Why.FOREIGN_MX),
    (
        RecordKind.MAIL_FROM_MX,
        [there(MAIL, "MX", "10 feedback-smtp.us-east-1.amazonses.com.")],
        Action.CHANGE,
        ("10 feedback-smtp.eu-west-1.amazonses.com.",),
        Why.NONE,
    ),
    (RecordKind.MAIL_FROM_SPF, [there(MAIL, "CNAME", "www.example.")], Action.LEAVE, None, Why.ALIAS),
    (RecordKind.INBOUND_MX, [there(APEX, "MX", "1 aspmx.l.google.com.")], Action.LEAVE, None, Why.FOREIGN_MX),
    (RecordKind.SPF, [there(APEX, "TXT", '"token=1"', SES)], Action.KEEP, None, Why.NONE),
    (
        RecordKind.SPF,
        [there(APEX, "TXT", '"token=1"', '"v=spf1 mx -all"', '"v=spf1 " "ip4:192.0.2.1 ~all"')],
        Action.CHANGE,
        ('"token=1"', '"v=spf1 include:amazonses.com mx ip4:192.0.2.1 ~all"'),
        Why.NONE,
    ),
    (
        RecordKind.SPF,
        [there(APEX, "TXT", '"caf\\303\\251" " au lait"', '"v=spf1 mx -all"')],
        Action.CHANGE,
        ('"caf\\303\\251" " au lait"', '"v=spf1 include:amazonses.com mx -all"'),
        Why.NONE,
    ),
    (RecordKind.DMARC, [there(DMARC, "TXT", '"v=DMARC1; p=reject; rua=mailto:x@y.example"')], Action.KEEP, None, Why.NONE),
    (
        RecordKind.DMARC,
        [there(DMARC, "TXT", '"v=DMARC1; p=none; sp=none; rua=mailto:x@y.example"')],
        Action.CHANGE,
        ('"v=DMARC1; p=quarantine; sp=none; rua=mailto:x@y.example"',),
        Why.NONE,
    ),
    (
        RecordKind.DMARC,
        [there(DMARC, "TXT", '"v=DMARC1 p=none"')],
        Action.CHANGE,
        ('"v=DMARC1; p=quarantine; rua=mailto:d@example.org"',),
        Why.NONE,
    ),
    (RecordKind.DMARC, [there(DMARC, "TXT", '"v=DMARC1; p=none"', '"v=DMARC1; p=none;"')], Action.LEAVE, None, Why.SEVERAL),
    (RecordKind.DMARC, [there(DMARC, "TXT", is_plain=False)], Action.LEAVE, None, Why.ALIAS),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "sets", "action", "after", "why"), CASES)
def test_each_set_is_added_changed_kept_or_left_alone(kind, sets, action, after, why):
    planned = step(kind, *sets)
    assert (planned.action, planned.why) == (action, why)
    if after is not None:
        assert planned.after == after


def test_what_was_written_needs_no_further_change():
    sets = [there(APEX, "TXT", '"token=1"', '"v=spf1 mx -all"'), there(DMARC, "TXT", '"v=DMARC1; p=none"')]
    steps = plan_steps(records_of(WISHES), sets)
    written = {(each.name, each.type): each for each in sets}
    written |= {(each.record.name, each.record.type): each.record_set for each in changes_of(steps)}
    assert changes_of(plan_steps(records_of(WISHES), written.values())) == []


@pytest.fixture
def zone(outside):
    """The zone of example.org with things of its owner, and a private one of the same name."""
    client = boto3.client("route53", region_name="eu-west-1")
    client.create_hosted_zone(
        Name="example.org", CallerReference="private", HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": "eu-west-1", "VPCId": "vpc-1"},
    )  # fmt: skip
    zone_id = client.create_hosted_zone(Name="example.org", CallerReference="public")["HostedZone"]["Id"]
    put(client, zone_id, "news.example.org.", "TXT", ['"token=1"', '"v=spf1 mx -all"'])
    put(client, zone_id, "www.example.org.", "A", ["192.0.2.1"])
    yield client, zone_id.removeprefix("/hostedzone/")
    client.close()


def put(client, zone_id: str, name: str, record_type: str, values: list[str]) -> None:
    rows = {"Name": name, "Type": record_type, "TTL": 60, "ResourceRecords": [{"Value": value} for value in values]}
    changes = [{"Action": "UPSERT", "ResourceRecordSet": rows}]
    client.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


def contents(client, zone_id: str) -> dict[tuple[str, str], list[str]]:
    sets = client.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return {(each["Name"], each["Type"]): [row["Value"] for row in each["ResourceRecords"]] for each in sets}


@pytest.mark.django_db
def test_the_change_that_was_shown_is_written_and_nothing_of_others_is_touched(zone):
    client, zone_id = zone
    domain = make_sending_domain()
    before = contents(client, zone_id)

    plan = plan_changes(domain)
    assert plan.zone.zone_id == zone_id
    assert apply_changes(domain, mark=plan.mark, actor=None) == 7

    after = contents(client, zone_id)
    assert after["abc1._domainkey.news.example.org.", "CNAME"] == ["abc1.dkim.amazonses.com."]
    assert after["news.example.org.", "TXT"] == ['"token=1"', '"v=spf1 include:amazonses.com mx -all"']
    kept = {key for key in before if key != ("news.example.org.", "TXT")}
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    domain.refresh_from_db()
    assert (domain.route_state, domain.route_zone_id) == (SendingDomain.RouteState.PENDING, zone_id)
    assert apply_changes(domain, mark=plan_changes(domain).mark, actor=None) == 0


@pytest.mark.django_db
def test_a_change_is_followed_until_it_is_everywhere(zone, outside):
    domain = make_sending_domain()
    outside.ses.account.add_identity(domain.name, is_verified=True)
    apply_changes(domain, mark=plan_changes(domain).mark, actor=None)
    tend_domain(domain.pk)
    domain.refresh_from_db()
    assert domain.route_state == SendingDomain.RouteState.INSYNC


@pytest.mark.django_db
def test_a_zone_that_changed_since_it_was_looked_at_is_looked_at_again(zone):
    client, zone_id = zone
    domain = make_sending_domain()
    mark = plan_changes(domain).mark
    put(client, zone_id, "news.example.org.", "TXT", ['"token=2"'])

    with pytest.raises(Conflict):
        apply_changes(domain, mark=mark, actor=None)
    assert ("abc1._domainkey.news.example.org.", "CNAME") not in contents(client, zone_id)


@pytest.fixture
def second_zone(zone):
    """Another public zone of the name, as left behind by a move; Route 53 gave it other servers."""
    client, _zone_id = zone
    made = client.create_hosted_zone(Name="example.org", CallerReference="left behind")["HostedZone"]["Id"]
    put(client, made, "example.org.", "NS", ["ns-1.awsdns-99.net."])
    return made.removeprefix("/hostedzone/")


@pytest.mark.django_db
def test_of_two_public_zones_the_one_that_the_dns_names_is_written(zone, second_zone, outside):
    client, zone_id = zone
    domain = make_sending_domain()
    [servers] = [values for (_name, kind), values in contents(client, zone_id).items() if kind == "NS"]
    outside.names.put("example.org", "NS", servers)
    assert plan_changes(domain).zone.zone_id == zone_id
    outside.names.put("example.org", "NS", ["NS-1.awsdns-99.net."])
    assert plan_changes(domain).zone.zone_id == second_zone


@pytest.mark.django_db
@pytest.mark.usefixtures("zone", "second_zone")
def test_where_the_dns_names_neither_of_two_zones_nothing_is_written(outside):
    domain = make_sending_domain()
    outside.names.put("example.org", "NS", ["ns.elsewhere.example."])
    with pytest.raises(Conflict, match="2 public zones for"):
        plan_changes(domain)
    outside.ses.account.add_identity(domain.name, is_verified=True)
    tend_domain(domain.pk)
    domain.refresh_from_db()
    assert domain.route_zone_id  # the page keeps its way to the words above


@pytest.mark.django_db
def test_without_a_zone_or_leave_to_look_there_is_nothing_to_change(zone, outside, monkeypatch):
    elsewhere = make_sending_domain("example.net")
    with pytest.raises(Conflict):
        plan_changes(elsewhere)

    def forbidden(_domain: str) -> None:
        raise Refused("not authorized", service="route53", code="AccessDenied")

    outside.ses.account.add_identity("example.net", is_verified=True)
    monkeypatch.setattr("portal.aws.route53.find_zones", forbidden)
    tend_domain(elsewhere.pk)
    elsewhere.refresh_from_db()
    assert (elsewhere.route_zone_id, elsewhere.state_reason) == ("", "")
