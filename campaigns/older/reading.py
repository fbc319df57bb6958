"""What a row of an older table says of a person or a message. Pure.

Contacts are keyed by an id or by their address, and their attributes have any names: those that are known go to the
contact's own fields, all others become attributes. What is about the row itself (keys, times of the table) does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from campaigns.importing.columns import (
    FULL_NAME,
    RESERVED_NAMES,
    TAGS,
    TIME_ZONE,
    attribute_name,
    is_attribute_name,
    is_time_zone,
)
from campaigns.importing.row_check import split_full_name
from campaigns.importing.typos import is_impossible
from portal.errors import InvalidInput
from portal.mail.address import parse_address
from portal.older.rows import OldRow
from portal.older.values import Value, Values, as_text, as_texts

NAME_CHARS, TAG_CHARS, TEMPLATE_NAME_CHARS, SUBJECT_CHARS = 150, 60, 120, 300
ADDRESS_NAMES = ("email", "email_address", "emailAddress", "address", "mail", "Email")
FIRST_NAMES = ("first_name", "firstName", "firstname", "given_name", "FirstName")
LAST_NAMES = ("last_name", "lastName", "lastname", "surname", "family_name", "LastName")
FULL_NAMES = ("name", "full_name", "fullName", "Name")
TAG_NAMES = ("tags", "groups", "Tags", "segments")
ZONE_NAMES = ("time_zone", "timeZone", "timezone", "tz")
STATUS_NAMES = ("status", "subscription_status", "subscriptionStatus", "email_status")
OUT_NAMES = ("unsubscribed", "is_unsubscribed", "opted_out", "optedOut", "opt_out", "isUnsubscribed")
IN_NAMES = ("subscribed", "is_subscribed", "isSubscribed", "opted_in")
NESTED_NAMES = ("attributes", "metadata", "custom_fields", "customFields", "fields")
OF_THE_ROW = frozenset({
    "PK", "SK", "pk", "sk", "id", "contact_id", "contactId", "entity_type", "type", "created_at", "createdAt",
    "updated_at", "updatedAt", "ttl",
})  # fmt: skip
_KNOWN = frozenset({
    *ADDRESS_NAMES, *FIRST_NAMES, *LAST_NAMES, *FULL_NAMES, *TAG_NAMES, *ZONE_NAMES, *OUT_NAMES, *IN_NAMES,
    *NESTED_NAMES, *OF_THE_ROW,
})  # fmt: skip
_OUT_WORDS = {
    "bounce": "bounce", "bounced": "bounce", "hard_bounce": "bounce", "complaint": "complaint",
    "complained": "complaint", "spam": "complaint", "unsubscribed": "unsubscribe", "opted_out": "unsubscribe",
    "opt_out": "unsubscribe", "optout": "unsubscribe", "suppressed": "manual", "blocked": "manual",
}  # fmt: skip
_OTHER_NAMES = {"email": "address", "email_address": "address", "name": "first_name"}
_SINGLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_DOUBLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_SUBJECTS = ("subject", "subject_line", "subjectLine")
_HTMLS = ("html_body", "htmlBody", "html", "body_html", "bodyHtml")
_TEXTS = ("text_body", "textBody", "text", "body_text", "bodyText")
_BODIES = ("body", "content", "template", "message")
_LOOKS_LIKE_HTML = re.compile(r"<\s*(html|body|p|div|br|table|a|h[1-6]|img|span)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OldContact:
    """A person as the table knows them; `stop` is why they get no mail, as in `Suppression.Reason`, or ""."""

    address: str
    key: str
    first_name: str = ""
    last_name: str = ""
    tags: tuple[str, ...] = ()
    time_zone: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    stop: str = ""


@dataclass(frozen=True, slots=True)
class OldMessage:
    """The words of a campaign; `kind` as in `MessageContent.Kind`, merge fields already as Liquid writes them."""

    name: str
    kind: str
    subject: str
    body: str
    text_body: str = ""
    sender: str = ""


def read_contact(row: OldRow) -> OldContact:
    """Read a row of the contacts. Raises InvalidInput, which says what to do."""
    address = parse_address(row.text(*ADDRESS_NAMES))
    if is_impossible(address.key.rpartition("@")[2]):
        raise InvalidInput("No domain ends like that: nobody can get mail there. Correct the address in the table.")
    first, last = row.text(*FIRST_NAMES), row.text(*LAST_NAMES)
    if not first and not last:
        first, last = split_full_name(row.text(*FULL_NAMES))
    first, last = " ".join(first.split()), " ".join(last.split())
    if max(len(first), len(last)) > NAME_CHARS:
        raise InvalidInput(f"A name has more than {NAME_CHARS} characters. Shorten it in the table.")
    attributes = _attributes(row)
    zone = row.text(*ZONE_NAMES)
    if zone and not is_time_zone(zone):
        attributes["older_time_zone"], zone = zone, ""
    return OldContact(
        address.address, address.key, first, last, _tags(row.first(*TAG_NAMES)), zone, attributes, _stop(row)
    )


def _tags(value: Value) -> tuple[str, ...]:
    names = [" ".join(text.split()) for text in as_texts(value)]
    if any(len(name) > TAG_CHARS for name in names):
        raise InvalidInput(f"A tag has more than {TAG_CHARS} characters. Shorten it in the table.")
    return tuple(sorted(dict.fromkeys(names)))


def _attributes(row: OldRow) -> dict[str, str]:
    """Everything that has no field of its own, by names that templates can say."""
    found: Values = {name: value for name, value in row.values.items() if name not in _KNOWN}
    for nested in NESTED_NAMES:
        value = row.values.get(nested)
        found |= value if isinstance(value, dict) else ({nested: value} if value else {})
    named: dict[str, str] = {}
    for number, (name, value) in enumerate(sorted(found.items()), 1):
        text = as_text(value).strip()
        if text:
            named[_free_name(field_name(name, number=number), named)] = text
    return named


def _free_name(name: str, taken: dict[str, str]) -> str:
    return next(tried for tried in (name, *(f"{name}_{n}" for n in range(2, 1_000))) if tried not in taken)


def field_name(name: str, *, number: int = 1) -> str:
    """What templates call an attribute: `firstName` is first_name, `T-Shirt` t_shirt."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = attribute_name(spaced, number=number)
    return plain if is_attribute_name(plain) else f"older_{plain}"


def _stop(row: OldRow) -> str:
    for name in STATUS_NAMES:
        word = row.text(name).lower().replace("-", "_").replace(" ", "_")
        if word in _OUT_WORDS:
            return _OUT_WORDS[word]
    is_out = any(_is_yes(row.values.get(name)) for name in OUT_NAMES)
    is_not_in = any(name in row.values and _is_no(row.values[name]) for name in IN_NAMES)
    return "unsubscribe" if is_out or is_not_in else ""


def _is_yes(value: Value) -> bool:
    """A flag, or the time since when."""
    return bool(as_text(value).strip()) and not _is_no(value)


def _is_no(value: Value) -> bool:
    return as_text(value).strip().lower() in {"no", "false", "0"}


def read_message(row: OldRow) -> OldMessage:
    """Read a row of the campaigns. Raises InvalidInput, which says what to do."""
    subject, html, text, body = (row.text(*names) for names in (_SUBJECTS, _HTMLS, _TEXTS, _BODIES))
    if not html and _LOOKS_LIKE_HTML.search(body):
        html, body = body, ""
    text = text or body
    if not html and not text:
        raise InvalidInput("It has no words: neither a body nor a text. Write the message here.")
    name = " ".join((row.text("name", "campaign_name", "campaignName", "title") or subject or row.key).split())
    if len(subject) > SUBJECT_CHARS:
        raise InvalidInput(f"The subject has more than {SUBJECT_CHARS} characters. Shorten it in the table.")
    plain_text = as_liquid(text) if html else ""
    words = as_liquid(html or text)
    return OldMessage(
        name[:TEMPLATE_NAME_CHARS], "html" if html else "markdown", as_liquid(" ".join(subject.split())), words,
        plain_text, row.text("from_email", "fromEmail", "from_address", "from", "sender"),
    )  # fmt: skip


def as_liquid(text: str) -> str:
    """`{firstName}` of Python's str.format, and `{{firstName}}` of SES, as `{{ first_name }}`.

    A text that has double braces is SES's, and its single ones mean themselves (style sheets).
    """
    pattern = _DOUBLE if _DOUBLE.search(text) else _SINGLE
    return pattern.sub(lambda match: f"{{{{ {_merge_name(match[1])} }}}}", text)


def _merge_name(name: str) -> str:
    own = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    if own in RESERVED_NAMES - {"email", FULL_NAME, TAGS, TIME_ZONE}:
        return own
    return _OTHER_NAMES.get(own) or {"firstname": "first_name", "lastname": "last_name"}.get(own) or field_name(name)
