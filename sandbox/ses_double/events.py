"""Pure: the JSON that SES publishes about a message through a configuration set.

Source: Amazon SES developer guide, "Examples of event data that Amazon SES publishes
to Amazon SNS"; the tags are those of the call, each a list of one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from email.utils import formataddr, getaddresses

from sandbox.ses_double import fate
from sandbox.ses_double.clock import iso_from_epoch
from sandbox.ses_double.letter import (
    Accepted,
    bare_address,
    bare_addresses,
    domain_of,
    merge_headers,
    missing_place,
)
from sandbox.ses_double.readers import link_in, reader_of

Json = dict[str, object]

ACCOUNT_ID = "123456789012"
REPORTING_MTA = "dns; a8-70.smtp-out.sandbox.postroom.example"

TYPES_BY_OUTCOME: dict[str, tuple[str, ...]] = {
    fate.DELIVERED: ("SEND", "DELIVERY"),
    fate.OUT_OF_OFFICE: ("SEND", "DELIVERY"),
    fate.BOUNCED: ("SEND", "BOUNCE"),
    fate.MAILBOX_FULL: ("SEND", "BOUNCE"),
    fate.SUPPRESSED: ("SEND", "BOUNCE"),
    fate.ACCOUNT_SUPPRESSED: ("SEND", "BOUNCE"),
    fate.COMPLAINED: ("SEND", "DELIVERY", "COMPLAINT"),
    fate.REJECTED: ("SEND", "REJECT"),
    fate.DELAYED: ("SEND", "DELIVERY_DELAY", "DELIVERY"),
    fate.RENDERING_FAILURE: ("RENDERING_FAILURE",),
}

EVENT_NAMES = {
    "SEND": "Send",
    "DELIVERY": "Delivery",
    "BOUNCE": "Bounce",
    "COMPLAINT": "Complaint",
    "REJECT": "Reject",
    "DELIVERY_DELAY": "DeliveryDelay",
    "RENDERING_FAILURE": "Rendering Failure",
    "OPEN": "Open",
    "CLICK": "Click",
}

# bounceType, bounceSubType, status, diagnosticCode
BOUNCES = {
    fate.BOUNCED: (
        "Permanent",
        "General",
        "5.1.1",
        "smtp; 550 5.1.1 user unknown",
    ),
    fate.MAILBOX_FULL: (
        "Transient",
        "MailboxFull",
        "4.2.2",
        "smtp; 452 4.2.2 The mailbox is over its quota",
    ),
    fate.SUPPRESSED: (
        "Permanent",
        "Suppressed",
        "5.1.1",
        "Amazon SES has suppressed sending to this address because it has a recent history of bouncing.",
    ),
    fate.ACCOUNT_SUPPRESSED: (
        "Permanent",
        "OnAccountSuppressionList",
        "5.1.1",
        "Amazon SES did not send the message because the address is on the account's suppression list.",
    ),
}


def event_for(message: Accepted, event_type: str, *, at_s: float) -> Json:
    """Return one event; `event_type` is the API's name, as DELIVERY_DELAY."""
    name, build = EVENT_NAMES[event_type], BUILDERS[event_type]
    key = "failure" if event_type == "RENDERING_FAILURE" else name[0].lower() + name[1:]
    return {"eventType": name, "mail": _mail(message), key: build(message, at_s)}


def _mail(message: Accepted) -> Json:
    letter, entry = message.letter, message.entry
    headers = merge_headers(letter.headers, entry.headers)
    sender_address = bare_address(letter.sender)
    own = [("From", letter.sender), ("To", ", ".join(entry.to))]
    own.append(("Subject", message.subject))
    return {
        "timestamp": iso_from_epoch(message.accepted_at_s),
        "source": letter.envelope_from or letter.sender,
        "sourceArn": f"arn:aws:ses:us-east-1:{ACCOUNT_ID}:identity/{sender_address}",
        "sendingAccountId": ACCOUNT_ID,
        "messageId": message.ses_message_id,
        "destination": bare_addresses(entry.recipients),
        "headersTruncated": False,
        "headers": [{"name": n, "value": v} for n, v in (*own, *headers)],
        "commonHeaders": {
            "from": _senders_in(letter.sender),
            "to": list(entry.to),
            "messageId": message.ses_message_id,
            "subject": message.subject,
        },
        "tags": {
            "ses:operation": [letter.operation],
            "ses:configuration-set": [letter.configuration_set],
            "ses:source-ip": [letter.source_ip],
            "ses:from-domain": [domain_of(sender_address)],
            "ses:caller-identity": [letter.caller],
            **{name: [value] for name, value in entry.tags.items()},
        },
    }


def _senders_in(header: str) -> list[str]:
    """Return each mailbox of a From header; all but mail of strange programs has one."""
    if "," not in header:
        return [header]
    return [formataddr(mailbox) for mailbox in getaddresses([header])]


def _send(_message: Accepted, _at_s: float) -> Json:
    return {}


def _delivery(message: Accepted, at_s: float) -> Json:
    return {
        "timestamp": iso_from_epoch(at_s),
        "processingTimeMillis": max(1, round((at_s - message.accepted_at_s) * 1000)),
        "recipients": bare_addresses(message.entry.recipients),
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": REPORTING_MTA.removeprefix("dns; "),
    }


def _bounce(message: Accepted, at_s: float) -> Json:
    kind, sub_kind, status, diagnostic = BOUNCES[message.outcome]
    return {
        "feedbackId": _feedback_id(message, "bounce"),
        "bounceType": kind,
        "bounceSubType": sub_kind,
        "bouncedRecipients": [
            {
                "emailAddress": address,
                "action": "failed",
                "status": status,
                "diagnosticCode": diagnostic,
            }
            for address in bare_addresses(message.entry.recipients)
        ],
        "timestamp": iso_from_epoch(at_s),
        "reportingMTA": REPORTING_MTA,
    }


def _complaint(message: Accepted, at_s: float) -> Json:
    addresses = bare_addresses(message.entry.recipients)
    return {
        "feedbackId": _feedback_id(message, "complaint"),
        "complaintSubType": None,
        "complainedRecipients": [{"emailAddress": address} for address in addresses],
        "timestamp": iso_from_epoch(at_s),
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": iso_from_epoch(at_s),
    }


def _reject(_message: Accepted, _at_s: float) -> Json:
    return {"reason": "Bad content"}


def _delay(message: Accepted, at_s: float) -> Json:
    return {
        "timestamp": iso_from_epoch(at_s),
        "delayType": "TransientCommunicationFailure",
        "expirationTime": iso_from_epoch(at_s + 50_400),
        "delayedRecipients": [
            {
                "emailAddress": address,
                "status": "4.4.1",
                "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
            }
            for address in bare_addresses(message.entry.recipients)
        ],
    }


def _failure(message: Accepted, _at_s: float) -> Json:
    name = missing_place(message.letter, message.entry.values)
    return {
        "errorMessage": f"Attribute '{name}' is not present in the rendering data.",
        "templateName": "",
    }


def _open(message: Accepted, at_s: float) -> Json:
    return {
        "ipAddress": "192.0.2.1",
        "timestamp": iso_from_epoch(at_s),
        "userAgent": reader_of(message).agent,
    }


def _click(message: Accepted, at_s: float) -> Json:
    return {**_open(message, at_s), "link": link_in(message), "linkTags": None}


def _feedback_id(message: Accepted, kind: str) -> str:
    """Return an id that is the same whenever the same event is published again."""
    seed = f"{message.ses_message_id}/{kind}".encode()
    digest = hashlib.sha256(seed).hexdigest()
    return f"{message.ses_message_id[:16]}-{digest[:8]}-{digest[8:20]}-000000"


BUILDERS: dict[str, Callable[[Accepted, float], Json]] = {
    "SEND": _send,
    "DELIVERY": _delivery,
    "BOUNCE": _bounce,
    "COMPLAINT": _complaint,
    "REJECT": _reject,
    "DELIVERY_DELAY": _delay,
    "RENDERING_FAILURE": _failure,
    "OPEN": _open,
    "CLICK": _click,
}
