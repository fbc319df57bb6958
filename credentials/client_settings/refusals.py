"""What the mail server's refusals mean, and what to do: for the person whose mail program shows one."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer of the server. `seen` is a part of its text, as programs show it."""

    code: str
    seen: str
    meaning: str | Promise
    what_next: str | Promise


REFUSALS = (
    Refusal(
        "454",
        "Throttling failure: Maximum sending rate exceeded",
        _("Too many mails within one second. This one was not sent."),
        _(
            "Nothing: mail programs try again by themselves. A program of your own should wait some seconds and try again."
        ),
    ),
    Refusal(
        "454",
        "Throttling failure: Daily message quota exceeded",
        _("The account has sent all that it may within 24 hours. This mail was not sent."),
        _("Try again later, and tell whoever runs Postroom: the quota is shared by everybody."),
    ),
    Refusal(
        "454",
        "Temporary authentication failure",
        _("The password could not be checked right now. It is not said to be wrong."),
        _("Try again in a minute. A password that was made just now takes some seconds to be known everywhere."),
    ),
    Refusal(
        "451",
        "Temporary service failure",
        _("The server could not take the mail right now."),
        _("Nothing: mail programs try again by themselves. If it stays, tell whoever runs Postroom."),
    ),
    Refusal(
        "501",
        "Invalid RCPT TO address provided",
        _("The address of a recipient, or yours, is not written as addresses are."),
        _("Look for blanks and for a missing @ in each address."),
    ),
    Refusal(
        "535",
        "Authentication Credentials Invalid",
        _("User name or password are wrong, belong to another region, or were switched off."),
        _(
            "Copy both again, without a space at either end; the user name is not your address. If it worked before, the password was changed or the user disabled: ask for the new one."
        ),
    ),
    Refusal(
        "530",
        "Authentication required",
        _("The mail program did not log in."),
        _("Switch on “my server requires authentication”, with the user name and password above."),
    ),
    Refusal(
        "550",
        "5.1.1 user unknown, or mailbox unavailable",
        _("The recipient's mail server does not have this mailbox. Mostly that comes in a mail afterwards."),
        _("Look at the spelling of each recipient. Do not send again to an address that stays refused."),
    ),
    Refusal(
        "552",
        "Message is too long",
        _(
            "The mail with its attachments is larger than 40 MB, of which attachments take a third more than their files."
        ),
        _("Send smaller files, or a link to them."),
    ),
    Refusal(
        "554",
        "Access denied … is not authorized to perform `ses:SendRawEmail'",
        _("You logged in, but may not send as the address in From."),
        _(
            "Set the sender in your program to one of the allowed addresses, spelled exactly so: capital letters count. If you need another address, ask for it."
        ),
    ),
    Refusal(
        "554",
        "Message rejected: Email address is not verified",
        _("The domain of the sender is not set up for sending, or the account may only write to addresses of its own."),
        _("Tell whoever runs Postroom, with the whole text of the error: it names the address."),
    ),
    Refusal(
        "554",
        "Transaction failed",
        _("The mail names no sender in From, has more than 50 recipients, or is not put together as mails are."),
        _("Send it to fewer people at once, and from another program if that does not help."),
    ),
    Refusal(
        "554",
        "Message rejected: Sending suspended",
        _("AWS has stopped sending for the whole account."),
        _("Tell whoever runs Postroom at once."),
    ),
)
