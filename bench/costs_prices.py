"""Amazon's prices: the one table. us-east-1, on demand, before tax; written down in November 2026.

The addresses are those of Amazon's own lists, which show their figures to browsers only: look there before you rely on one.
`free` is what every account has free of charge each month for ever, not what new accounts get for a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PRICED_IN = "November 2026"
MILLION = 1_000_000


class Item(StrEnum):
    """What is counted; the value is its unit."""

    MAIL_OUT = "mails that SES takes"
    FUNCTION_RUN = "runs of functions"
    FUNCTION_GB_S = "GB-seconds of functions (x86)"
    QUEUE_CALL = "requests to SQS"
    TOPIC_CALL = "messages published to SNS"
    LOG_GB = "GB of logs"
    OWN_METRIC = "metrics of our own"
    API_CALL = "requests to API Gateway (REST)"
    NAT_HOUR = "hours of a NAT gateway"
    NAT_GB = "GB through a NAT gateway"
    ADDRESS_HOUR = "hours of a public IPv4 address"
    MACHINE_HOUR = "hours of t4g.nano, the NAT machine"
    DISK_GB = "GB-months of gp3 storage of a machine"
    ENDPOINT_HOUR = "hours of an interface endpoint in one zone"
    SMALL_DATABASE_HOUR = "hours of db.t4g.micro, PostgreSQL"
    INSTANCE_GB = "GB-months of gp3 storage of an instance"
    AURORA_UNIT_HOUR = "hours of an Aurora capacity unit"
    AURORA_GB = "GB-months of Aurora storage"
    AURORA_IO = "I/O requests of Aurora"
    KEY = "KMS keys"
    ALARM = "alarms"
    FIREWALL = "web ACLs of WAF"
    FIREWALL_RULE = "rules of a web ACL"


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for each `per` of an item, beyond `free` a month."""

    usd: float
    source: str
    per: int = 1
    free: float = 0.0

    def of(self, amount: float) -> float:
        """USD for so much in a month."""
        return max(0.0, amount - self.free) / self.per * self.usd


PRICES: dict[Item, Price] = {
    Item.MAIL_OUT: Price(0.10, "https://aws.amazon.com/ses/pricing/", per=1_000),
    Item.FUNCTION_RUN: Price(0.20, "https://aws.amazon.com/lambda/pricing/", per=MILLION, free=MILLION),
    Item.FUNCTION_GB_S: Price(0.0000166667, "https://aws.amazon.com/lambda/pricing/", free=400_000),
    Item.QUEUE_CALL: Price(0.40, "https://aws.amazon.com/sqs/pricing/", per=MILLION, free=MILLION),
    Item.TOPIC_CALL: Price(0.50, "https://aws.amazon.com/sns/pricing/", per=MILLION, free=MILLION),
    Item.LOG_GB: Price(0.50, "https://aws.amazon.com/cloudwatch/pricing/", free=5),
    Item.OWN_METRIC: Price(0.30, "https://aws.amazon.com/cloudwatch/pricing/", free=10),
    Item.API_CALL: Price(3.50, "https://aws.amazon.com/api-gateway/pricing/", per=MILLION),
    Item.NAT_HOUR: Price(0.045, "https://aws.amazon.com/vpc/pricing/"),
    Item.NAT_GB: Price(0.045, "https://aws.amazon.com/vpc/pricing/"),
    Item.ADDRESS_HOUR: Price(0.005, "https://aws.amazon.com/vpc/pricing/"),
    Item.MACHINE_HOUR: Price(0.0042, "https://aws.amazon.com/ec2/pricing/on-demand/"),
    Item.DISK_GB: Price(0.08, "https://aws.amazon.com/ebs/pricing/"),
    Item.ENDPOINT_HOUR: Price(0.01, "https://aws.amazon.com/privatelink/pricing/"),
    Item.SMALL_DATABASE_HOUR: Price(0.016, "https://aws.amazon.com/rds/postgresql/pricing/"),
    Item.INSTANCE_GB: Price(0.115, "https://aws.amazon.com/rds/postgresql/pricing/"),
    Item.AURORA_UNIT_HOUR: Price(0.12, "https://aws.amazon.com/rds/aurora/pricing/"),
    Item.AURORA_GB: Price(0.10, "https://aws.amazon.com/rds/aurora/pricing/"),
    Item.AURORA_IO: Price(0.20, "https://aws.amazon.com/rds/aurora/pricing/", per=MILLION),
    Item.KEY: Price(1.00, "https://aws.amazon.com/kms/pricing/"),
    Item.ALARM: Price(0.10, "https://aws.amazon.com/cloudwatch/pricing/", free=10),
    Item.FIREWALL: Price(5.00, "https://aws.amazon.com/waf/pricing/"),
    Item.FIREWALL_RULE: Price(1.00, "https://aws.amazon.com/waf/pricing/"),
}
