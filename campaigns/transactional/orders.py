"""What is asked of `queue_message`: the words, the sender, the people, and who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from campaigns.messages.models import MessageContent, Template
from campaigns.transactional.models import TransactionalMessage

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.attachments.models import StoredFile
    from campaigns.guests.models import GuestList
    from campaigns.sending.models import SendingAccount
    from credentials.api_keys.models import ApiKey

MAX_RECIPIENTS = 20
MAX_VALUES_CHARS = 100_000  # of all values of one message together


@dataclass(frozen=True, slots=True)
class Words:
    """A message without a template; Liquid in every field. Keep them the same and put what differs into the values:
    a wording is compiled and stored once, however many messages say it.
    """

    subject: str
    body: str
    kind: str = MessageContent.Kind.MARKDOWN
    text_body: str = ""


Wording: TypeAlias = Template | Words


@dataclass(frozen=True, slots=True)
class MessageSender:
    """Whom it comes from. No `account` is the first one in use."""

    from_address: str
    from_name: str = ""
    reply_to: str = ""
    account: SendingAccount | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Asked for with a test key: only these guests are really written to, nobody where there are none."""

    guests: GuestList | None = None


@dataclass(frozen=True, slots=True)
class AskedBy:
    """Where a message came from, as its row remembers; `name` is the key's or the form's."""

    origin: TransactionalMessage.Origin
    name: str = ""
    api_key: ApiKey | None = None
    actor: User | None = None


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A stored file under the name that it goes out with; `content_id` where the HTML shows it as cid:…"""

    file: StoredFile
    name: str
    content_type: str
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class MessageOrder:
    """One message. Each of `to` gets a mail of their own, filled with the same `values`.

    A contact with the address lends its own values where none is given. The same `once_key` asked for again gives the
    first message back and sends nothing; begin it with a word of your own, such as `form:`.
    """

    to: Sequence[str]
    wording: Wording
    sender: MessageSender
    asked_by: AskedBy
    values: Mapping[str, str] = field(default_factory=dict)
    attachments: Sequence[AttachedFile] = ()
    rehearsal: Rehearsal | None = None
    once_key: str = ""
    is_hurried: bool = False  # tried again after 2, 4 and 8 s, then given up
