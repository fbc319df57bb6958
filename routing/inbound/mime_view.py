"""What of a raw mail can be shown: its words and the list of what is attached. Pure; odd mail gives less, never an error."""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

MAX_PARTS = 500
MAX_SHOWN_CHARS = 500_000
# Python's email package raises whatever on mail that was not made to be read.
_ODD_MAIL = (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError)


@dataclass(frozen=True, slots=True)
class ShownAttachment:
    """A part that is not shown itself; `name` is "" where the mail gives none, `size_bytes` None for a mail within."""

    name: str
    content_type: str
    size_bytes: int | None


@dataclass(slots=True)
class ShownMail:
    """The words of a mail; `is_readable` is False where its structure could not be made out."""

    text: str = ""
    html: str = ""
    attachments: list[ShownAttachment] = field(default_factory=list)
    is_readable: bool = True


def read_mail(raw: bytes) -> ShownMail:
    """The first text and the first HTML of a mail, and all other parts by name."""
    shown = ShownMail()
    try:
        for part in _leaves(email.message_from_bytes(raw)):
            _put(part, shown)
    except _ODD_MAIL:
        shown.is_readable = False
    return shown


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that hold something, in order; at most MAX_PARTS are looked at, and a mail within the mail is one part."""
    waiting: list[Message] = [message]
    for _seen in range(MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(part.get_payload()))  # type: ignore[arg-type]
        else:
            yield part


def _put(part: Message, shown: ShownMail) -> None:
    kind = part.get_content_type()
    content = part.get_payload(decode=True)
    is_attached = part.get_content_disposition() == "attachment" or bool(part.get_filename())
    if isinstance(content, bytes) and not is_attached and kind in {"text/plain", "text/html"}:
        name = "text" if kind == "text/plain" else "html"
        if not getattr(shown, name):
            setattr(shown, name, _decoded(content, part.get_content_charset("utf-8"))[:MAX_SHOWN_CHARS])
            return
    size_bytes = len(content) if isinstance(content, bytes) else None
    shown.attachments.append(ShownAttachment(_name(part), kind, size_bytes))


def _name(part: Message) -> str:
    return "".join(character for character in str(part.get_filename() or "") if character.isprintable())[:255]


def _decoded(content: bytes, charset: str) -> str:
    try:
        text = content.decode(charset, errors="replace")
    except (LookupError, ValueError):  # a charset that nobody knows, or that does not decode
        text = content.decode("utf-8", errors="replace")
    return text.replace("\0", "")
