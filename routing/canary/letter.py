"""A test mail as bytes, and what may be done with one that came in. Pure.

Of what a rule says, only the way into Gmail is gone; nobody outside is written to, told or bounced for the sake of a test.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from routing.rules.definition import Action, ActionKind

CANARY_HEADER: Final = "X-Postroom-Canary"
LABEL: Final = "Postroom test mail"
_TEXT = (
    "Postroom sends this mail to itself to see that mail comes in.\n\n"
    "Nothing needs to be done. It lies under a label of its own, out of the inbox.\n"
)


def canary_mail(token: str, *, sender: str, recipient: str, at: datetime) -> bytes:
    """The mail, with CRLF; `sender` and `recipient` as parse_address gives them."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, recipient
    mail["Subject"] = f"Postroom test mail, {at:%Y-%m-%d %H:%M} UTC"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<canary-{token}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail[CANARY_HEADER] = token
    mail.set_content(_TEXT)
    return mail.as_bytes()


def canary_actions(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """What is done with a test mail where a rule says `actions`: Gmail under its own label, else it is stored."""
    to_gmail = tuple(
        Action(ActionKind.GMAIL, account_id=action.account_id, labels=(LABEL,), never_spam=True)
        for action in actions
        if action.kind is ActionKind.GMAIL
    )
    return to_gmail or (Action(ActionKind.STORE),)
