"""Amazon Route 53: the public hosted zone of a domain, its records, and changes of them.

Source: Route 53 API Reference, ListHostedZonesByName, ListResourceRecordSets, ChangeResourceRecordSets, GetChange.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from portal.aws.session import client, translated
from portal.dns.record_sets import RecordSet

_ESCAPED_STAR = "\\052"
INSYNC = "INSYNC"


@dataclass(frozen=True, slots=True)
class Zone:
    """A public hosted zone; `name` without the last dot."""

    zone_id: str
    name: str


def find_zones(domain: str) -> list[Zone]:
    """The account's public zones of the nearest name that holds a domain: Route 53 allows several. Raises OutsideError."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        with translated("route53"):
            answer = client("route53").list_hosted_zones_by_name(DNSName=name, MaxItems="100")
        found = [
            Zone(str(zone["Id"]).removeprefix("/hostedzone/"), name)
            for zone in answer.get("HostedZones", [])
            if zone["Name"].rstrip(".").lower() == name and not zone.get("Config", {}).get("PrivateZone", False)
        ]
        if found:
            return found
    return []


def name_servers_of(zone: Zone) -> set[str]:
    """The name servers that Route 53 gave a zone. Raises OutsideError."""
    apex = [each for each in read_sets(zone.zone_id, {zone.name}) if each.type == "NS"]
    return {value.rstrip(".").lower() for each in apex for value in each.values}


def read_sets(zone_id: str, names: set[str]) -> list[RecordSet]:
    """Every record set of these names. Raises OutsideError."""
    found: list[RecordSet] = []
    for name in sorted(names):
        with translated("route53"):
            answer = client("route53").list_resource_record_sets(
                HostedZoneId=zone_id, StartRecordName=name, MaxItems="100"
            )
        sets = answer.get("ResourceRecordSets", [])
        found += [_record_set(each) for each in sets if _plain_name(each["Name"]) == name]
    return found


def change_sets(zone_id: str, sets: list[RecordSet], *, comment: str) -> str:
    """Write record sets, all of them or none; returns the id of the change. Raises OutsideError."""
    action: Literal["UPSERT"] = "UPSERT"
    changes = [{"Action": action, "ResourceRecordSet": _as_request(each)} for each in sets]
    with translated("route53"):
        answer = client("route53").change_resource_record_sets(
            HostedZoneId=zone_id, ChangeBatch={"Comment": comment[:256], "Changes": changes}
        )
    return str(answer["ChangeInfo"]["Id"]).removeprefix("/change/")


def is_in_sync(change_id: str) -> bool:
    """Whether a change has reached all name servers. Raises OutsideError."""
    with translated("route53"):
        answer = client("route53").get_change(Id=change_id)
    return str(answer["ChangeInfo"]["Status"]) == INSYNC


def _record_set(each: dict[str, Any]) -> RecordSet:
    return RecordSet(
        name=_plain_name(each["Name"]),
        type=str(each["Type"]),
        ttl_s=int(each.get("TTL", 0)),
        values=tuple(str(record["Value"]) for record in each.get("ResourceRecords", [])),
        is_plain="AliasTarget" not in each and "SetIdentifier" not in each,
    )


def _as_request(each: RecordSet) -> dict[str, Any]:
    return {
        "Name": each.name + ".",
        "Type": each.type,
        "TTL": each.ttl_s,
        "ResourceRecords": [{"Value": value} for value in each.values],
    }


def _plain_name(name: str) -> str:
    return name.rstrip(".").lower().replace(_ESCAPED_STAR, "*")
