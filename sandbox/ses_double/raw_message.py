"""Pure: SendEmail's Raw content, a whole MIME message, read for what SES reads of it."""

from __future__ import annotations

import base64
import binascii
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from sandbox.ses_double.errors import bad_request
from sandbox.ses_double.fields import read_destination, read_tags
from sandbox.ses_double.letter import Entry, Letter
from sandbox.ses_double.wire import Destination, SendEmailRequest, Tag

MOST_RAW_BYTES = 40 * 1024 * 1024


def read_raw(request: SendEmailRequest, encoded: str) -> tuple[Letter, Entry]:
    """Return the message and its recipients. Raises SesError."""
    raw = _decode(encoded)
    message = message_from_bytes(raw, policy=policy.compat32)
    destination = request.get("Destination") or _destination_of(message)
    to, cc, bcc = read_destination(destination)
    configuration_set = request.get("ConfigurationSetName")
    letter = Letter(
        operation="SendEmail",
        sender=request.get("FromEmailAddress") or str(message.get("From", "")),
        subject=decoded_header(message.get("Subject", "")),
        raw=raw,
        configuration_set=configuration_set or str(message.get("X-SES-CONFIGURATION-SET", "")).strip(),
    )
    return letter, Entry(to, cc, bcc, tags=_tags(request, message))


def decoded_header(value: object) -> str:
    """Return a header's text with RFC 2047 words decoded and folding undone."""
    text = " ".join(str(value).split())
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeDecodeError):
        return text


def _decode(encoded: str) -> bytes:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise bad_request("Raw.Data is not base64.") from error
    if len(raw) > MOST_RAW_BYTES:
        message = f"Message length is more than {MOST_RAW_BYTES} bytes long."
        raise bad_request(message)
    return raw


def _destination_of(message: Message) -> Destination:
    return {
        "ToAddresses": _addresses(message, "To"),
        "CcAddresses": _addresses(message, "Cc"),
        "BccAddresses": _addresses(message, "Bcc"),
    }


def _addresses(message: Message, name: str) -> list[str]:
    values = [str(value) for value in message.get_all(name, [])]
    return [address for _name, address in getaddresses(values) if address]


def _tags(request: SendEmailRequest, message: Message) -> dict[str, str]:
    """Return the call's tags, or those of the X-SES-MESSAGE-TAGS header."""
    given = request.get("EmailTags")
    if given:
        return read_tags(given)
    pairs = str(message.get("X-SES-MESSAGE-TAGS", "")).split(",")
    named: list[Tag] = []
    for pair in pairs:
        name, has_value, value = pair.partition("=")
        if has_value:
            named.append({"Name": name.strip(), "Value": value.strip()})
    return read_tags(named)
