"""What Terraform makes on AWS, made in the sandbox: queues, topic, buckets, SES's own settings.

moto and the double forget everything when they end, so all of it is made at every start; what is there is left.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from portal.queues import QUEUES, Queue, QueueName, full_name

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CORSRuleTypeDef, NotificationConfigurationTypeDef
    from types_boto3_sesv2 import SESV2Client
    from types_boto3_sesv2.literals import EventTypeType
    from types_boto3_sns import SNSClient
    from types_boto3_sqs import SQSClient

DEMO_DOMAIN = "postroom.example"
HALF_DONE_DOMAIN = "riverside.example"  # a sending domain with mistakes in its DNS records
RETENTION_S = 14 * 24 * 3600
EVENT_DESTINATION = "postroom-events"
EVENT_TYPES: tuple[EventTypeType, ...] = (
    "SEND",
    "REJECT",
    "BOUNCE",
    "COMPLAINT",
    "DELIVERY",
    "RENDERING_FAILURE",
    "DELIVERY_DELAY",
    "SUBSCRIPTION",
)
ALREADY_THERE = frozenset({"AlreadyExistsException", "BucketAlreadyOwnedByYou", "BucketAlreadyExists"})


@dataclass(frozen=True, slots=True)
class SeedNames:
    """What things are called; the same variables that the portal reads."""

    region: str = "us-east-1"
    queue_prefix: str = "postroom"
    configuration_set: str = "postroom"
    tracking_set: str = "postroom-tracked"
    buckets: tuple[str, ...] = ("postroom-uploads",)
    uploads_bucket: str = "postroom-uploads"
    inbound_bucket: str = "postroom-inbound"
    identities: tuple[str, ...] = (DEMO_DOMAIN,)

    @classmethod
    def from_environment(cls) -> SeedNames:
        """Read the names that the environment gives; see .env.example."""
        uploads = os.environ.get("UPLOADS_BUCKET") or "postroom-uploads"
        files = os.environ.get("FILES_BUCKET")
        return cls(
            region=os.environ.get("AWS_REGION") or "us-east-1",
            queue_prefix=os.environ.get("QUEUE_PREFIX") or "postroom",
            configuration_set=os.environ.get("SES_CONFIGURATION_SET") or "postroom",
            tracking_set=os.environ.get("SES_TRACKING_CONFIGURATION_SET") or "postroom-tracked",
            buckets=(uploads, files) if files and files != uploads else (uploads,),
            uploads_bucket=uploads,
            inbound_bucket=os.environ.get("INBOUND_BUCKET") or "postroom-inbound",
        )

    @property
    def topic(self) -> str:
        """Return the name of the topic that SES events go to."""
        return full_name(self.queue_prefix, QueueName.SES_EVENTS)

    @property
    def inbound_topic(self) -> str:
        """Return the name of the topic that tells of received mail."""
        return full_name(self.queue_prefix, QueueName.INBOUND)


def seed(names: SeedNames) -> None:
    """Make everything that is not there yet. Endpoints and credentials come from the environment."""
    sqs = boto3.client("sqs", region_name=names.region)
    seed_queues(sqs, names)
    sns = boto3.client("sns", region_name=names.region)
    topic_arn = seed_topic(sns, sqs, names, names.topic, QUEUES[QueueName.SES_EVENTS])
    seed_topic(sns, sqs, names, names.inbound_topic, QUEUES[QueueName.INBOUND])
    sns.create_topic(Name=alerts_topic(names.queue_prefix))
    seed_buckets(boto3.client("s3", region_name=names.region), sqs, names)
    seed_ses(boto3.client("sesv2", region_name=names.region), topic_arn, names)


def alerts_topic(queue_prefix: str) -> str:
    """Return the name of the topic that alerts are told to."""
    return full_name(queue_prefix, "alerts")


def seed_queues(sqs: SQSClient, names: SeedNames) -> None:
    """Make each queue of the table and its DLQ, with the redrive between them."""
    for queue in QUEUES.values():
        dlq = sqs.create_queue(
            QueueName=full_name(names.queue_prefix, queue.dlq_name),
            Attributes={"MessageRetentionPeriod": str(RETENTION_S)},
        )
        redrive = {"deadLetterTargetArn": queue_arn(sqs, dlq["QueueUrl"]), "maxReceiveCount": queue.max_receives}
        made = sqs.create_queue(QueueName=full_name(names.queue_prefix, queue.name))
        sqs.set_queue_attributes(
            QueueUrl=made["QueueUrl"],
            Attributes={
                "VisibilityTimeout": str(queue.visibility_timeout_s),
                "MessageRetentionPeriod": str(RETENTION_S),
                "RedrivePolicy": json.dumps(redrive),
            },
        )


def seed_topic(sns: SNSClient, sqs: SQSClient, names: SeedNames, topic: str, queue: Queue) -> str:
    """Make a topic that SES writes to and subscribe the queue to it; return the topic's ARN."""
    topic_arn = sns.create_topic(Name=topic)["TopicArn"]
    arn = allow_writer(sqs, names, queue, service="sns.amazonaws.com", source_arn=topic_arn)
    known = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
    if arn not in {subscription["Endpoint"] for subscription in known}:
        # Raw: the event is the whole body; moto would sign every envelope, at 2 ms each.
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return topic_arn


def seed_buckets(s3: S3Client, sqs: SQSClient, names: SeedNames) -> None:
    """Make the buckets; a CSV dropped under uploads/ is told to the uploads queue."""
    for bucket in dict.fromkeys((*names.buckets, names.inbound_bucket)):
        with already_there():
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [browser_rule()]})
    source_arn = f"arn:aws:s3:::{names.uploads_bucket}"
    arn = allow_writer(sqs, names, QUEUES[QueueName.UPLOADS], service="s3.amazonaws.com", source_arn=source_arn)
    configuration = uploads_notification(arn)
    s3.put_bucket_notification_configuration(Bucket=names.uploads_bucket, NotificationConfiguration=configuration)


def seed_ses(ses: SESV2Client, topic_arn: str, names: SeedNames) -> None:
    """Make both configuration sets, their event destinations and the verified demo domains."""
    seed_configuration_set(ses, names.configuration_set, topic_arn, EVENT_TYPES)
    seed_configuration_set(ses, names.tracking_set, topic_arn, (*EVENT_TYPES, "OPEN", "CLICK"))
    for identity in names.identities:
        with already_there():
            ses.create_email_identity(EmailIdentity=identity, ConfigurationSetName=names.configuration_set)


def seed_configuration_set(ses: SESV2Client, name: str, topic_arn: str, event_types: tuple[EventTypeType, ...]) -> None:
    """Make one configuration set whose events of these types go to the topic."""
    with already_there():
        ses.create_configuration_set(ConfigurationSetName=name)
    with already_there():
        ses.create_configuration_set_event_destination(
            ConfigurationSetName=name,
            EventDestinationName=EVENT_DESTINATION,
            EventDestination={
                "Enabled": True,
                "MatchingEventTypes": list(event_types),
                "SnsDestination": {"TopicArn": topic_arn},
            },
        )


def allow_writer(sqs: SQSClient, names: SeedNames, queue: Queue, *, service: str, source_arn: str) -> str:
    """Let one AWS service write to a queue, for one source only; return the queue's ARN."""
    url = sqs.get_queue_url(QueueName=full_name(names.queue_prefix, queue.name))["QueueUrl"]
    arn = queue_arn(sqs, url)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    return arn


def queue_arn(sqs: SQSClient, url: str) -> str:
    """Return the ARN of the queue at an address."""
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def browser_rule() -> CORSRuleTypeDef:
    """Return the CORS rule that lets the portal's pages upload straight to the bucket."""
    return {"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "POST", "PUT"], "AllowedHeaders": ["*"]}


def uploads_notification(arn: str) -> NotificationConfigurationTypeDef:
    """Return the rule that tells a queue about new CSV files under uploads/, and nothing else."""
    return {
        "QueueConfigurations": [
            {
                "QueueArn": arn,
                "Events": ["s3:ObjectCreated:*"],
                "Filter": {
                    "Key": {
                        "FilterRules": [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".csv"}]
                    }
                },
            }
        ]
    }


@contextmanager
def already_there() -> Iterator[None]:
    """Let a refusal pass that says the thing exists."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in ALREADY_THERE:
            raise


if __name__ == "__main__":
    seed(SeedNames.from_environment())
