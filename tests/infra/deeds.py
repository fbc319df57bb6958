"""What the functions do on AWS, as calls; who does what, and what nobody may do. Written apart from Terraform's grants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.queues import QUEUES, TASK_QUEUES, QueueName
from tests.infra.policy import Context
from workers.handlers.functions import FUNCTIONS

ACCOUNT = "123456789012"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Deed:
    """One call: action, resource, and the condition keys that it carries."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called in one environment."""

    name: str
    key_arn: str
    zone: str

    def queue(self, queue: str) -> str:
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name}-{queue}"

    def stored(self, bucket: str, key: str) -> str:
        return f"arn:aws:s3:::{self.name}-{ACCOUNT}-{bucket}/{key}"

    def ses(self, what: str) -> str:
        return f"arn:aws:ses:{REGION}:{ACCOUNT}:{what}"

    def user(self, user: str) -> str:
        return f"arn:aws:iam::{ACCOUNT}:user/{user}"

    @property
    def boundary(self) -> Context:
        return {"iam:PermissionsBoundary": [f"arn:aws:iam::{ACCOUNT}:policy/{self.name}-smtp-user-boundary"]}

    @property
    def smtp_user(self) -> str:
        return self.user(f"{self.name}/smtp-users/ses-smtp-user-news-1700000000")


def deeds_of(names: Names) -> dict[str, Deed]:
    """Every deed that some function does."""
    return queue_deeds(names) | stored_deeds(names) | mail_deeds(names) | secret_deeds(names) | user_deeds(names)


def queue_deeds(names: Names) -> dict[str, Deed]:
    taken = {f"take from {queue}": Deed("sqs:ReceiveMessage", names.queue(queue)) for queue in QUEUES}
    rested = {
        f"let messages of {queue} rest": Deed("sqs:ChangeMessageVisibility", names.queue(queue)) for queue in QUEUES
    }
    hinted = {f"write to {queue}": Deed("sqs:SendMessage", names.queue(queue)) for queue in QUEUES}
    return {
        **taken,
        **rested,
        **hinted,
        "empty a dead-letter queue": Deed("sqs:ReceiveMessage", names.queue("sending-dlq")),
        "read the mark": Deed("sqs:ListQueueTags", names.queue("maintenance")),
        "note the mark": Deed("sqs:TagQueue", names.queue("maintenance")),
    }


def stored_deeds(names: Names) -> dict[str, Deed]:
    return {
        "read an attachment": Deed("s3:GetObject", names.stored("files", "attachments/ab/abcd")),
        "read a picture": Deed("s3:GetObject", names.stored("files", "images/ab/a.png")),
        "read an import": Deed("s3:GetObject", names.stored("files", "imports/7/file/people.csv")),
        "write an import": Deed("s3:PutObject", names.stored("files", "imports/7/rejects.csv")),
        "write an export": Deed("s3:PutObject", names.stored("files", "exports/7/people.csv")),
        "tag a copy": Deed("s3:PutObjectTagging", names.stored("files", "imports/7/file/people.csv")),
        "delete a file": Deed("s3:DeleteObject", names.stored("files", "exports/7/people.csv")),
        "read a dropped file": Deed("s3:GetObject", names.stored("uploads", "uploads/people.csv")),
        "read received mail": Deed("s3:GetObject", names.stored("inbound", "mail/abc")),
        "delete received mail": Deed("s3:DeleteObject", names.stored("inbound", "mail/abc")),
    }


def mail_deeds(names: Names) -> dict[str, Deed]:
    upsert = {
        "route53:ChangeResourceRecordSetsRecordTypes": ["CNAME"],
        "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
    }
    return {
        "send mail": Deed("ses:SendEmail", names.ses("identity/example.org")),
        "send mail in bulk": Deed("ses:SendBulkEmail", names.ses("identity/example.org")),
        "send by the configuration set": Deed("ses:SendEmail", names.ses(f"configuration-set/{names.name}")),
        "bounce mail": Deed("ses:SendBounce", names.ses("identity/example.org")),
        "read the quota": Deed("ses:GetAccount", "*"),
        "list the identities": Deed("ses:ListEmailIdentities", "*"),
        "keep the suppression list": Deed("ses:PutSuppressedDestination", "*"),
        "send as the canary": Deed("ses:SendRawEmail", names.ses("identity/canary.example")),
        "look at a domain": Deed("ses:GetEmailIdentity", names.ses("identity/new.example")),
        "have a domain's mail signed": Deed(
            "ses:PutEmailIdentityDkimSigningAttributes", names.ses("identity/new.example")
        ),
        "set a domain's MAIL FROM": Deed("ses:PutEmailIdentityMailFromAttributes", names.ses("identity/new.example")),
        "delete a domain": Deed("ses:DeleteEmailIdentity", names.ses("identity/new.example")),
        "find a zone": Deed("route53:ListHostedZonesByName", "*"),
        "read the records of a zone": Deed(
            "route53:ListResourceRecordSets", f"arn:aws:route53:::hostedzone/{names.zone}"
        ),
        "ask whether records are everywhere": Deed("route53:GetChange", "*"),
        "add a domain": Deed("ses:CreateEmailIdentity", names.ses("identity/new.example")),
        "write a DNS record": Deed(
            "route53:ChangeResourceRecordSets", f"arn:aws:route53:::hostedzone/{names.zone}", upsert
        ),
        "tell people": Deed("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:{names.name}-alerts"),
    }


def secret_deeds(names: Names) -> dict[str, Deed]:
    parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{names.name}/secrets"
    tables = {
        "a relay": "relay",
        "a webhook": "webhook_endpoint",
        "a Gmail account": "credentials_oauthgrant",
        "an SMTP user": "smtp_key",
    }
    opened = {
        f"open the secret of {what}": Deed("kms:Decrypt", names.key_arn, {"kms:EncryptionContext:table": [table]})
        for what, table in tables.items()
    }
    sealed = {
        f"seal the secret of {what}": Deed(
            "kms:GenerateDataKey", names.key_arn, {"kms:EncryptionContext:table": [table]}
        )
        for what, table in tables.items()
    }
    return {
        "read the secret settings": Deed("ssm:GetParameter", parameter),
        "open the secret settings": Deed(
            "kms:Decrypt", names.key_arn, {"kms:EncryptionContext:PARAMETER_ARN": [parameter]}
        ),
        **opened,
        **sealed,
    }


def user_deeds(names: Names) -> dict[str, Deed]:
    return {
        "make an SMTP user": Deed("iam:CreateUser", names.smtp_user, names.boundary),
        "give it a policy": Deed("iam:PutUserPolicy", names.smtp_user, names.boundary),
        "make a key": Deed("iam:CreateAccessKey", names.smtp_user),
        "delete an SMTP user": Deed("iam:DeleteUser", names.smtp_user),
        "list users": Deed("iam:ListUsers", "*"),
    }


def forbidden_to_all(names: Names) -> dict[str, Deed]:
    """What would widen the rights, reach another installation, or lose what people need."""
    zone = f"arn:aws:route53:::hostedzone/{names.zone}"
    removal = {
        "route53:ChangeResourceRecordSetsRecordTypes": ["MX"],
        "route53:ChangeResourceRecordSetsActions": ["DELETE"],
    }
    return {
        "make a user without the boundary": Deed("iam:CreateUser", names.smtp_user),
        "give a policy to a user without the boundary": Deed("iam:PutUserPolicy", names.smtp_user),
        "make a user elsewhere": Deed("iam:CreateUser", names.user("admin"), names.boundary),
        "make a key of somebody else": Deed("iam:CreateAccessKey", names.user("admin")),
        "take a boundary away": Deed("iam:DeleteUserPermissionsBoundary", names.smtp_user),
        "make a role": Deed("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/{names.name}-web"),
        "change a role": Deed("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{names.name}-web"),
        "change a function": Deed(
            "lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{names.name}-sending"
        ),
        "write to another installation": Deed("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:other-sending"),
        "delete a queue": Deed("sqs:DeleteQueue", names.queue("sending")),
        "purge a queue": Deed("sqs:PurgeQueue", names.queue("sending")),
        "change the package": Deed("s3:PutObject", names.stored("packages", "workers/a.zip")),
        "write received mail": Deed("s3:PutObject", names.stored("inbound", "mail/abc")),
        "delete a dropped file": Deed("s3:DeleteObject", names.stored("uploads", "uploads/people.csv")),
        "write another zone": Deed("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/ZOTHER", {}),
        "delete a DNS record": Deed("route53:ChangeResourceRecordSets", zone, removal),
        "open what is sealed for nobody": Deed(
            "kms:Decrypt", names.key_arn, {"kms:EncryptionContext:table": ["other"]}
        ),
        "delete the key": Deed("kms:ScheduleKeyDeletion", names.key_arn),
        "change the secret settings": Deed(
            "ssm:PutParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{names.name}/secrets"
        ),
    }


def does(function: str) -> set[str]:
    """Names of the deeds that a function does."""
    own = EVERYBODY | DOES[function] | {f"write to {queue}" for queue in WRITES[function]}
    if function in FUNCTIONS or function == "celery":
        queues = FUNCTIONS[function].queues if function in FUNCTIONS else tuple(QUEUES)  # type: ignore[index]  # names are words
        for words in ("take from {}", "let messages of {} rest", "write to {}"):  # events are written back in an outage
            own |= {words.format(queue) for queue in queues}
    return own


ALL_TASKS: Sequence[QueueName] = sorted(set(TASK_QUEUES.values()))
EVERYBODY = {"read the secret settings", "open the secret settings", "read the mark"}
_SENDING = {
    "read an attachment", "read a picture", "open the secret of a relay",
}  # fmt: skip
_ALL_FILES = {
    "read an attachment",
    "read a picture",
    "read an import",
    "write an import",
    "write an export",
    "delete a file",
}
_DOMAINS = {"add a domain", "have a domain's mail signed", "set a domain's MAIL FROM", "delete a domain"}
_DNS = {
    "look at a domain", "find a zone", "read the records of a zone", "ask whether records are everywhere", "write a DNS record",
    "read the quota", "list the identities",
}  # fmt: skip
_SENDS = {"send mail", "send mail in bulk", "send as the canary", "send by the configuration set"}
_OPENS_ALL = {f"open the secret of {what}" for what in ("a relay", "a webhook", "a Gmail account", "an SMTP user")}
_SEALS_ALL = {words.replace("open", "seal") for words in _OPENS_ALL}
DOES: dict[str, set[str]] = {  # one for each role
    "sending": _SENDING | _SENDS,
    "priority": _SENDING | _SENDS,
    "imports": _ALL_FILES | {"read received mail", "delete received mail", "read the quota", "list the identities"},
    "maintenance": _ALL_FILES
    | _DOMAINS
    | _DNS
    | _OPENS_ALL
    | _SENDS
    | {
        "read received mail", "delete received mail", "keep the suppression list", "tell people",
        "empty a dead-letter queue", "note the mark", "seal the secret of a Gmail account",
    },
    "webhooks": {"open the secret of a webhook"},
    "events": set(),
    "uploads": {"read a dropped file", "read an import", "write an import", "tag a copy"},
    "inbound": {"read received mail"},
    "gmail": {"read received mail", "open the secret of a Gmail account", "seal the secret of a Gmail account"},
    "outgoing": _SENDS | {"read received mail", "bounce mail", "open the secret of a webhook"},
    "credentials": {
        "make an SMTP user", "give it a policy", "make a key", "delete an SMTP user", "list users",
        "open the secret of an SMTP user", "seal the secret of an SMTP user",
    },
    "web": _ALL_FILES
    | _DNS
    | _OPENS_ALL
    | _SEALS_ALL
    | {"read received mail", "empty a dead-letter queue", "note the mark"},
}  # fmt: skip
WRITES: dict[str, Sequence[str]] = {
    "sending": ["priority", "maintenance", "webhooks"],
    "priority": ["sending", "maintenance", "webhooks"],
    "imports": ["sending", "priority", "maintenance", "webhooks"],
    "maintenance": list(QUEUES),  # dead letters of every queue go back by it
    "webhooks": ["maintenance"],
    "events": ["sending", "priority", "imports", "maintenance", "webhooks"],
    "uploads": ["imports", "maintenance"],
    "inbound": ["gmail", "bounces", "forwards", "maintenance", "webhooks"],
    "gmail": ["maintenance"],
    "outgoing": ["maintenance"],
    "credentials": ["maintenance"],
    "web": list(QUEUES),
}

# Workers outside of Lambda do what all functions do, the web not among them.
DOES["celery"] = set().union(*(deeds for function, deeds in DOES.items() if function != "web"))
WRITES["celery"] = list(QUEUES)
