"""Pure: the fields that API calls have in common, checked as SES checks them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable

from sandbox.ses_double.errors import bad_request
from sandbox.ses_double.letter import Headers, LetterFile, bare_address
from sandbox.ses_double.wire import Attachment, Destination, Header, Tag

MOST_RECIPIENTS = 50
MOST_HEADERS = 15
MOST_VALUES_CHARS = 262_144
MOST_MESSAGE_BYTES = 40 * 1024 * 1024
MOST_FILE_NAME_CHARS = 255
MOST_TYPE_CHARS = 78

ADDRESS = re.compile(r"[!-~]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
FORBIDDEN_IN_ADDRESS = re.compile(r"[,;:<>()\[\]\\\"]|\.\.")
TAG = re.compile(r"[A-Za-z0-9_.@-]{1,256}")
HEADER_NAME = re.compile(r"[!-9;-~]{1,126}")
HEADER_VALUE = re.compile(r"[ -~]{0,995}")


def read_destination(
    destination: Destination,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the To, Cc and Bcc mailboxes, each checked. Raises SesError."""
    to = _mailboxes(destination.get("ToAddresses", []))
    cc = _mailboxes(destination.get("CcAddresses", []))
    bcc = _mailboxes(destination.get("BccAddresses", []))
    count = len(to) + len(cc) + len(bcc)
    if count == 0:
        raise bad_request("The message has no recipients.")
    if count > MOST_RECIPIENTS:
        message = f"Recipient count exceeds {MOST_RECIPIENTS}."
        raise bad_request(message)
    return to, cc, bcc


def check_address(mailbox: str) -> None:
    """Raise SesError as SES does for an address it cannot read."""
    address = bare_address(mailbox)
    if "@" not in address:
        raise bad_request("Missing final '@domain'")
    if not ADDRESS.fullmatch(address) or FORBIDDEN_IN_ADDRESS.search(address):
        raise bad_request("Local address contains control or whitespace")


def read_values(values_json: str) -> dict[str, object]:
    """Return the values by name. Raises SesError unless it is a JSON object."""
    if len(values_json) > MOST_VALUES_CHARS:
        message = f"Template data is longer than {MOST_VALUES_CHARS} characters."
        raise bad_request(message)
    try:
        values = json.loads(values_json)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise bad_request("Template data must be a JSON object.")
    return values


def read_tags(tags: Iterable[Tag]) -> dict[str, str]:
    """Return tags by name. Raises SesError for characters SES does not take."""
    read: dict[str, str] = {}
    for tag in tags:
        if not (TAG.fullmatch(tag["Name"]) and TAG.fullmatch(tag["Value"])):
            raise bad_request("Message tags may have only letters, digits, _, -, . and @.")
        read[tag["Name"]] = tag["Value"]
    return read


def read_headers(headers: list[Header]) -> Headers:
    """Return headers as pairs. Raises SesError for what could break a message."""
    if len(headers) > MOST_HEADERS:
        message = f"A message may have at most {MOST_HEADERS} extra headers."
        raise bad_request(message)
    for header in headers:
        has_name = HEADER_NAME.fullmatch(header["Name"])
        if not (has_name and HEADER_VALUE.fullmatch(header["Value"])):
            message = f"Invalid header: {header['Name'][:40]!r}."
            raise bad_request(message)
    return tuple((header["Name"], header["Value"]) for header in headers)


def read_files(attachments: list[Attachment]) -> tuple[LetterFile, ...]:
    """Return the files of a message. Raises SesError for what SES would not take."""
    files = tuple(_file(attachment) for attachment in attachments)
    if sum(len(file.content) for file in files) > MOST_MESSAGE_BYTES:
        message = f"Message length is more than {MOST_MESSAGE_BYTES} bytes long."
        raise bad_request(message)
    return files


def _file(attachment: Attachment) -> LetterFile:
    name, content_type = attachment.get("FileName", ""), attachment.get("ContentType", "")
    is_inline = attachment.get("ContentDisposition", "ATTACHMENT") == "INLINE"
    if not 1 <= len(name) <= MOST_FILE_NAME_CHARS or len(content_type) > MOST_TYPE_CHARS:
        raise bad_request("An attachment needs a FileName and a ContentType that are not too long.")
    try:
        content = base64.b64decode(attachment.get("RawContent", ""), validate=True)
    except binascii.Error as error:
        raise bad_request("RawContent of an attachment is not base64.") from error
    content_id = attachment.get("ContentId", "") if is_inline else ""
    return LetterFile(name, content_type or "application/octet-stream", content, content_id)


def _mailboxes(mailboxes: list[str]) -> tuple[str, ...]:
    for mailbox in mailboxes:
        check_address(mailbox)
    return tuple(mailboxes)
