"""Pure: a kept mail as MIME source, and MIME source as the parts to show."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from html import unescape

from sandbox.ses_double.letter import Filled, LetterFile
from sandbox.ses_double.mailbox_reader import Mail

LINK = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']?(https?://[^"'\s>]+)""", re.IGNORECASE)
CONTENT_ID = re.compile(r"""\bcid:([^"'\s>)]{1,200})""")
OWN_FIELDS = {"from", "to", "cc", "reply-to", "subject", "date", "message-id"}


def source_of(mail: Mail) -> bytes:
    """Return the message as SES would put it on the wire, near enough."""
    if mail.raw:
        return mail.raw
    message = EmailMessage(policy=policy.SMTP)
    for name, value in source_fields(mail):
        message[name] = value
    if mail.filled.text or not mail.filled.html:
        message.set_content(mail.filled.text)
    if mail.filled.html:
        add_html(message, mail.filled)
    add_files(message, mail.files)
    return message.as_bytes()


def add_html(message: EmailMessage, filled: Filled) -> None:
    """Give the message its HTML part, beside the text if there is one."""
    if filled.text:
        message.add_alternative(filled.html, subtype="html")
    else:
        message.set_content(filled.html, subtype="html")


def add_files(message: EmailMessage, files: Iterable[LetterFile]) -> None:
    """Put the files beside the HTML part that shows them, or behind the message."""
    for file in files:
        kind, _, subtype = file.content_type.partition("/")
        if file.content_id:
            shown_in = message.get_body(preferencelist=("html", "plain")) or message
            shown_in.add_related(file.content, kind, subtype, cid=f"<{file.content_id}>", filename=file.name)
        else:
            message.add_attachment(file.content, kind, subtype, filename=file.name)


def source_fields(mail: Mail) -> list[tuple[str, str]]:
    """Return the header fields of a mail in the order they are written."""
    sent_at = datetime.fromtimestamp(mail.summary.accepted_at_s, UTC)
    fields = [
        ("From", mail.summary.sender),
        ("To", ", ".join(mail.to)),
        ("Cc", ", ".join(mail.cc)),
        ("Reply-To", ", ".join(mail.reply_to)),
        ("Subject", " ".join(mail.summary.subject.split())),
        ("Date", format_datetime(sent_at)),
        ("Message-ID", f"<{mail.summary.ses_message_id}@email.amazonses.com>"),
    ]
    own = [(name, value) for name, value in mail.headers if name.lower() not in OWN_FIELDS]
    return [(name, value) for name, value in (*fields, *own) if value]


def shown_parts(mail: Mail) -> tuple[str, str]:
    """Return the text and the HTML to show."""
    if not mail.raw:
        return mail.filled.text, mail.filled.html
    message = message_from_bytes(mail.raw, policy=policy.default)
    return part_text(message, "plain"), part_text(message, "html")


def with_embedded(mail: Mail, html: str) -> str:
    """Return the HTML with each file that it shows by its Content-ID put into it."""
    shown = {file.content_id: file for file in files_of(mail) if file.content_id}
    return CONTENT_ID.sub(lambda found: data_url(shown[found[1]]) if found[1] in shown else found[0], html)


def files_of(mail: Mail) -> list[LetterFile]:
    """Return the files of a mail, those of a raw message from itself."""
    if not mail.raw:
        return list(mail.files)
    parts = message_from_bytes(mail.raw, policy=policy.default).walk()
    return [part_file(part) for part in parts if part.get_filename() and not part.is_multipart()]


def part_file(part: EmailMessage) -> LetterFile:
    """Return a MIME part as a file."""
    content = part.get_payload(decode=True)
    return LetterFile(
        name=part.get_filename() or "",
        content_type=part.get_content_type(),
        content=content if isinstance(content, bytes) else b"",
        content_id=str(part.get("Content-ID", "")).strip("<> "),
    )


def data_url(file: LetterFile) -> str:
    """Return a file as an address that has it in itself; only pictures are."""
    if not file.content_type.startswith("image/"):
        return "about:blank"
    return f"data:{file.content_type};base64,{base64.b64encode(file.content).decode()}"


def part_text(message: EmailMessage, kind: str) -> str:
    """Return the text of the first body part of a kind; "" without or unreadable."""
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        return "(this part cannot be read)"


def shown_fields(mail: Mail) -> list[tuple[str, str]]:
    """Return the header fields to show, those of a raw message from itself."""
    if not mail.raw:
        return source_fields(mail)
    message = message_from_bytes(mail.raw, policy=policy.compat32)
    return [(name, " ".join(str(value).split())) for name, value in message.items()]


def links_in(html: str) -> list[str]:
    """Return the addresses that the HTML's links go to, each once, in order."""
    return list(dict.fromkeys(unescape(link) for link in LINK.findall(html)))
