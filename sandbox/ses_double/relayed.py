"""Mail that the sandbox's SMTP relay took: kept in the mailbox beside SES's own, but no part of SES's account.

It is in no acceptance log, costs no quota, and has no events: a relay tells nothing later.
"""

from __future__ import annotations

import base64
import uuid
from email import policy
from email.parser import BytesHeaderParser
from typing import TypedDict

from sandbox.ses_double import fate
from sandbox.ses_double.double import Double
from sandbox.ses_double.letter import Accepted, Entry, Letter
from sandbox.ses_double.raw_message import decoded_header

OPERATION = "SMTP relay"


class RelayedMail(TypedDict):
    """What the relay tells: the whole message in base64, and whom it goes to."""

    raw: str
    sender: str
    recipients: list[str]


def keep_relayed(double: Double, mail: RelayedMail) -> str:
    """Put one mail into the mailbox; return the id that it can be found by. Raises ValueError, KeyError."""
    raw = base64.b64decode(mail["raw"], validate=True)
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
    message_id = f"relay-{uuid.uuid4()}"
    subject = decoded_header(headers.get("Subject", ""))
    letter = Letter(OPERATION, str(headers.get("From", mail["sender"])), subject=subject, raw=raw)
    entry = Entry(tuple(mail["recipients"]))
    if double.mailbox:
        accepted = Accepted(message_id, double.clock.now(), letter, entry, subject, fate.DELIVERED)
        double.mailbox.add([accepted])
    return message_id
