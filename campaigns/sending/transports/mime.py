"""One campaign's message as whole mails, for transports that take bytes."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils import timezone

from campaigns.sending.outcomes import Outcome
from campaigns.sending.states import DeliveryState, Reason
from portal.errors import OutsideError
from portal.files import FileMissing
from portal.mail.attachment import encode_all
from portal.mail.compiled import Mailbox, MimeSkeleton, RecipientHeaders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from campaigns.attachments.loading import PersonalFileSource
    from campaigns.messages.compile import CompiledMessage
    from campaigns.sending.outcomes import Envelope, Outgoing
    from portal.mail.attachment import Attachment, EncodedFile

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
CANNOT_READ_FILE = (FileMissing, OutsideError)  # what making a mail raises: nothing has left then


class MailMaker:
    """Makes the bytes of one mail after another; what they share is encoded once.

    `personal` finds the file that a person gets of their own, for those whose Outgoing names one.
    """

    def __init__(
        self,
        message: CompiledMessage,
        envelope: Envelope,
        files: Sequence[Attachment | EncodedFile] = (),
        personal: PersonalFileSource | None = None,
    ) -> None:
        self._envelope = envelope
        self._second, self._moment = 0, timezone.now()
        self._domain = envelope.from_address.rpartition("@")[2]
        self._message = message
        self._files = encode_all(files)
        self._personal = personal
        self._skeleton = self._make_skeleton(has_own_file=False)
        self._personal_skeleton = self._make_skeleton(has_own_file=True) if personal else self._skeleton

    @property
    def attachment_bytes(self) -> int:
        """What the files that everybody gets add to each mail."""
        return sum(file.wire_bytes for file in self._files)

    def mail_bytes(self, outgoing: Outgoing, *, attempt_id: int) -> bytes:
        """The mail to one person; its Message-ID follows from delivery and attempt. Raises CANNOT_READ_FILE."""
        return b"".join(self.mail_pieces(outgoing, attempt_id=attempt_id))

    def mail_pieces(self, outgoing: Outgoing, *, attempt_id: int, extra: Mapping[str, str] = NO_HEADERS) -> list[bytes]:
        """The same in pieces, to be written one after the other; large ones are shared by all mails, so do not copy.

        `extra`: headers beside the usual ones.
        """
        own_file = self._personal.encoded(outgoing.file_id) if self._personal and outgoing.file_id else None
        skeleton = self._personal_skeleton if own_file else self._skeleton
        headers = RecipientHeaders(
            to=Mailbox("", outgoing.address),
            message_id=f"{outgoing.delivery_id}.{attempt_id}.postroom@{self._domain}",
            sent_at=self._now(),
            unsubscribe_url=outgoing.unsubscribe_url if self._envelope.is_one_click else "",
            extra=extra,
        )
        return skeleton.pieces(outgoing.holes, headers, own_file)

    def _now(self) -> datetime:
        """One moment for all mails of a second, whose header is then written once."""
        second = int(time.time())
        if second != self._second:
            self._second, self._moment = second, timezone.now()
        return self._moment

    def _make_skeleton(self, *, has_own_file: bool) -> MimeSkeleton:
        envelope = self._envelope
        return MimeSkeleton(
            sender=Mailbox(envelope.from_name, envelope.from_address),
            reply_to=Mailbox("", envelope.reply_to) if envelope.reply_to else None,
            subject=self._message.subject,
            text=self._message.text,
            html=self._message.html,
            attachments=self._files,
            has_own_file=has_own_file,
        )


def unreadable_file(error: FileMissing | OutsideError) -> Outcome:
    """The outcome of a mail that was not made because its file could not be read: gone for good, or not just now."""
    if isinstance(error, OutsideError):
        return Outcome(DeliveryState.DEFERRED, Reason.UNREACHABLE, error=f"A file could not be read: {error}")
    return Outcome(DeliveryState.REFUSED, Reason.FILE_MISSING, error=f"The file is gone: {error}")
