"""How large the mails of a campaign get with all that goes with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _

from campaigns.attachments.limits import mail_limit_bytes
from campaigns.attachments.models import PersonalFile
from campaigns.attachments.owner import attachments_of, owner_of, personal_settings_of
from campaigns.attachments.sizes import size_text
from campaigns.images.embedding import embedded_weight
from portal.errors import InvalidInput
from portal.mail.attachment import encoded_bytes
from portal.mail.quoted_printable import encode_literals

if TYPE_CHECKING:
    from campaigns.messages.compile import CompiledMessage
    from campaigns.sending.models import Campaign

PART_BYTES = 600  # head and boundary of one file, with a long name
HEADERS_BYTES = 4_000  # of a mail, and what the provider puts before them
HOLE_BYTES = 300  # what a person's value usually stays under


@dataclass(frozen=True, slots=True)
class MailWeight:
    """One mail as it goes over the wire, in bytes, and how much its account takes."""

    words_bytes: int
    images_bytes: int
    files_bytes: int
    own_file_bytes: int  # the largest of those that people get of their own
    limit_bytes: int

    @property
    def total_bytes(self) -> int:
        return self.words_bytes + self.images_bytes + self.attached_bytes

    @property
    def attached_bytes(self) -> int:
        return self.files_bytes + self.own_file_bytes

    @property
    def is_too_large(self) -> bool:
        return self.total_bytes > self.limit_bytes

    @property
    def share(self) -> float:
        """Of the limit; more than 1 does not fit."""
        return self.total_bytes / self.limit_bytes


def weigh_mail(campaign: Campaign, message: CompiledMessage | None) -> MailWeight:
    """The largest mail of a campaign as it is now; without a message (it cannot be compiled yet), its files alone."""
    personal = personal_settings_of(campaign)
    own = PersonalFile.objects.filter(campaign=owner_of(campaign)) if personal else PersonalFile.objects.none()
    return MailWeight(
        words_bytes=words_bytes(message) if message else HEADERS_BYTES,
        images_bytes=embedded_weight(message).bytes_per_mail if message else 0,
        files_bytes=sum(part_bytes(one.file.size_bytes) for one in attachments_of(campaign)),
        own_file_bytes=part_bytes(own.aggregate(most=Max("file__size_bytes"))["most"] or 0),
        limit_bytes=mail_limit_bytes(campaign.account),
    )


def part_bytes(size_bytes: int) -> int:
    """What a file of this size adds to a mail; nothing where there is none."""
    return encoded_bytes(size_bytes) + PART_BYTES if size_bytes else 0


def require_fitting(campaign: Campaign, message: CompiledMessage) -> None:
    """Raise InvalidInput when the mails are larger than the account takes; mails without files are never weighed."""
    if not attachments_of(campaign) and personal_settings_of(campaign) is None:
        return
    weight = weigh_mail(campaign, message)
    if weight.is_too_large:
        raise InvalidInput(too_large_text(weight))


def too_large_text(weight: MailWeight) -> str:
    """How much too large, in words."""
    text = _("With its files a mail has %(total)s, and the account takes at most %(limit)s.")
    return text % {"total": size_text(weight.total_bytes), "limit": size_text(weight.limit_bytes)}


def words_bytes(message: CompiledMessage) -> int:
    """What a mail has without its files, with room for the values of the person."""
    literals = [*message.subject.literals, *message.html.literals, *message.text.literals]
    holes = len(message.subject.keys) + len(message.html.keys) + len(message.text.keys)
    return HEADERS_BYTES + sum(map(len, encode_literals(tuple(literals)))) + holes * HOLE_BYTES
