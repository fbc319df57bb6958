"""The one table of queues and tasks: names, what feeds them, visibility, receives, dead-letter queues.

Settings, sandbox, workers, Terraform and the contract tests all read this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_RECEIVES = 5
DLQ_SUFFIX = "-dlq"


class Feed(StrEnum):
    """Who writes to a queue, and so what its bodies look like."""

    TASKS = "tasks"  # Celery messages, published by portal.publish
    SES_EVENTS = "ses-events"  # SES event JSON from SNS, raw or in an SNS envelope
    S3_EVENTS = "s3-events"  # S3 notifications for uploads/*.csv
    INBOUND = "inbound"  # SES's notifications of mail received: from SNS, raw or in an envelope, or as Lambda gets them


class QueueName(StrEnum):
    """Queues by purpose."""

    PRIORITY = "priority"
    SENDING = "sending"
    IMPORTS = "imports"
    MAINTENANCE = "maintenance"
    SES_EVENTS = "ses-events"
    UPLOADS = "uploads"
    INBOUND = "inbound"
    ROUTING = "routing"
    GMAIL = "gmail"
    BOUNCES = "bounces"
    FORWARDS = "forwards"
    WEBHOOKS = "webhooks"
    CREDENTIALS = "credentials"


@dataclass(frozen=True, slots=True)
class Queue:
    """One SQS queue; its real name is `{QUEUE_PREFIX}-{name}` and its DLQ's the same with `-dlq`."""

    name: QueueName
    feed: Feed
    visibility_timeout_s: int
    max_receives: int = MAX_RECEIVES

    @property
    def dlq_name(self) -> str:
        return self.name + DLQ_SUFFIX


class TaskName(StrEnum):
    """Names under which tasks are published and registered: app, then verb."""

    SEND_CHUNK = "campaigns.send_chunk"
    SEND_PRIORITY_CHUNK = "campaigns.send_priority_chunk"
    PLAN_CAMPAIGN = "campaigns.plan_campaign"
    CHECK_IMPORT = "campaigns.check_import"
    RUN_IMPORT = "campaigns.run_import"
    UNDO_IMPORT = "campaigns.undo_import"
    RUN_BULK_CHANGE = "campaigns.run_bulk_change"
    FIND_DUPLICATES = "campaigns.find_duplicates"
    WRITE_EXPORT = "campaigns.write_export"
    FORGET_PERSON = "campaigns.forget_person"
    REWRITE_VALUES = "campaigns.rewrite_values"
    REFRESH_QUOTA = "campaigns.refresh_quota"
    SETTLE_UNCERTAIN = "campaigns.settle_uncertain"
    VISIT_LINKS = "campaigns.visit_links"
    SYNC_SUPPRESSIONS = "campaigns.sync_suppressions"
    SEND_ALERTS = "portal.send_alerts"
    SEND_ACCOUNT_MAIL = "portal.send_account_mail"
    SETTLE_RESTORED = "campaigns.settle_restored"
    CHECK_DOMAINS = "routing.check_domains"
    REDRIVE = "maintenance.redrive"
    WRITE_REPORT = "campaigns.write_report"
    WRITE_REPORTS = "campaigns.write_reports"
    TELL_WEBHOOKS = "campaigns.tell_webhooks"
    POST_WEBHOOKS = "campaigns.post_webhooks"
    MAIL_FORM_MESSAGES = "campaigns.mail_form_messages"
    ROUTE_MESSAGE = "routing.route_message"
    DELIVER_TO_GMAIL = "routing.deliver_to_gmail"
    DRAIN_GMAIL = "routing.drain_gmail"
    CHECK_GRANTS = "credentials.check_grants"
    TEND_SENDING_DOMAINS = "credentials.tend_sending_domains"
    PROVISION_SMTP_USER = "credentials.provision_smtp_user"
    CHECK_SMTP_DRIFT = "credentials.check_smtp_drift"
    CURE_SMTP_DRIFT = "credentials.cure_smtp_drift"
    SEND_BOUNCE = "routing.send_bounce"
    FORWARD_MAIL = "routing.forward_mail"
    POST_MAIL = "routing.post_mail"
    KEEP_CANARY = "routing.keep_canary"
    SWEEP = "maintenance.sweep"


# A task's visibility must exceed its longest run: a chunk at one mail a second, a slice of an import.
QUEUES: dict[QueueName, Queue] = {
    queue.name: queue
    for queue in (
        Queue(QueueName.PRIORITY, Feed.TASKS, visibility_timeout_s=960),
        Queue(QueueName.SENDING, Feed.TASKS, visibility_timeout_s=960),
        Queue(QueueName.IMPORTS, Feed.TASKS, visibility_timeout_s=960),
        Queue(QueueName.MAINTENANCE, Feed.TASKS, visibility_timeout_s=960),
        Queue(QueueName.WEBHOOKS, Feed.TASKS, visibility_timeout_s=360),
        Queue(QueueName.SES_EVENTS, Feed.SES_EVENTS, visibility_timeout_s=360),
        Queue(QueueName.UPLOADS, Feed.S3_EVENTS, visibility_timeout_s=360),
        Queue(QueueName.INBOUND, Feed.INBOUND, visibility_timeout_s=360),
        Queue(QueueName.ROUTING, Feed.TASKS, visibility_timeout_s=360),
        Queue(QueueName.GMAIL, Feed.TASKS, visibility_timeout_s=960),
        Queue(QueueName.BOUNCES, Feed.TASKS, visibility_timeout_s=360),
        Queue(QueueName.FORWARDS, Feed.TASKS, visibility_timeout_s=360),
        Queue(QueueName.CREDENTIALS, Feed.TASKS, visibility_timeout_s=360),
    )
}

TASK_QUEUES: dict[TaskName, QueueName] = {
    TaskName.SEND_CHUNK: QueueName.SENDING,
    TaskName.SEND_PRIORITY_CHUNK: QueueName.PRIORITY,
    TaskName.PLAN_CAMPAIGN: QueueName.IMPORTS,
    TaskName.CHECK_IMPORT: QueueName.IMPORTS,
    TaskName.RUN_IMPORT: QueueName.IMPORTS,
    TaskName.UNDO_IMPORT: QueueName.IMPORTS,
    TaskName.RUN_BULK_CHANGE: QueueName.IMPORTS,
    TaskName.FIND_DUPLICATES: QueueName.IMPORTS,
    TaskName.WRITE_EXPORT: QueueName.IMPORTS,
    TaskName.FORGET_PERSON: QueueName.IMPORTS,
    TaskName.REWRITE_VALUES: QueueName.IMPORTS,
    TaskName.REFRESH_QUOTA: QueueName.MAINTENANCE,
    TaskName.SETTLE_UNCERTAIN: QueueName.MAINTENANCE,
    TaskName.VISIT_LINKS: QueueName.MAINTENANCE,
    TaskName.SYNC_SUPPRESSIONS: QueueName.MAINTENANCE,
    TaskName.SEND_ALERTS: QueueName.MAINTENANCE,
    TaskName.SEND_ACCOUNT_MAIL: QueueName.PRIORITY,
    TaskName.SETTLE_RESTORED: QueueName.MAINTENANCE,
    TaskName.CHECK_DOMAINS: QueueName.MAINTENANCE,
    TaskName.REDRIVE: QueueName.MAINTENANCE,
    TaskName.WRITE_REPORT: QueueName.IMPORTS,
    TaskName.WRITE_REPORTS: QueueName.IMPORTS,
    TaskName.TELL_WEBHOOKS: QueueName.WEBHOOKS,
    TaskName.POST_WEBHOOKS: QueueName.WEBHOOKS,
    TaskName.MAIL_FORM_MESSAGES: QueueName.PRIORITY,
    TaskName.ROUTE_MESSAGE: QueueName.ROUTING,
    TaskName.DELIVER_TO_GMAIL: QueueName.GMAIL,
    TaskName.DRAIN_GMAIL: QueueName.GMAIL,
    TaskName.CHECK_GRANTS: QueueName.MAINTENANCE,
    TaskName.TEND_SENDING_DOMAINS: QueueName.MAINTENANCE,
    TaskName.PROVISION_SMTP_USER: QueueName.CREDENTIALS,
    TaskName.CHECK_SMTP_DRIFT: QueueName.CREDENTIALS,
    TaskName.CURE_SMTP_DRIFT: QueueName.CREDENTIALS,
    TaskName.SEND_BOUNCE: QueueName.BOUNCES,
    TaskName.FORWARD_MAIL: QueueName.FORWARDS,
    TaskName.POST_MAIL: QueueName.FORWARDS,
    TaskName.KEEP_CANARY: QueueName.MAINTENANCE,
    TaskName.SWEEP: QueueName.MAINTENANCE,
}


@dataclass(frozen=True, slots=True)
class Tick:
    """One scheduled task: published every `every_s` seconds."""

    task: TaskName
    every_s: int


SCHEDULE: tuple[Tick, ...] = (
    Tick(TaskName.SWEEP, every_s=60),
    Tick(TaskName.CHECK_GRANTS, every_s=60),
    Tick(TaskName.TEND_SENDING_DOMAINS, every_s=60),
    Tick(TaskName.KEEP_CANARY, every_s=60),
    Tick(TaskName.WRITE_REPORTS, every_s=300),
    Tick(TaskName.REFRESH_QUOTA, every_s=60),
    Tick(TaskName.SYNC_SUPPRESSIONS, every_s=60),
    Tick(TaskName.SETTLE_UNCERTAIN, every_s=60),
    Tick(TaskName.CHECK_DOMAINS, every_s=3_600),
    Tick(TaskName.CHECK_SMTP_DRIFT, every_s=3_600),
    Tick(TaskName.TELL_WEBHOOKS, every_s=60),
)


def full_name(prefix: str, queue: str) -> str:
    """Name of a queue (or DLQ) on SQS, e.g. `postroom-sending`."""
    return f"{prefix}-{queue}"


def task_queues() -> list[Queue]:
    """The queues that Celery workers consume."""
    return [queue for queue in QUEUES.values() if queue.feed is Feed.TASKS]


def event_queues() -> list[Queue]:
    """The queues whose bodies AWS services write."""
    return [queue for queue in QUEUES.values() if queue.feed is not Feed.TASKS]
