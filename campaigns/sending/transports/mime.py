"""One campaign's message as whole mails, for transports that take bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from portal.mail.compiled import Mailbox, MimeSkeleton, RecipientHeaders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.messages.compile import CompiledMessage
    from campaigns.sending.outcomes import Envelope, Outgoing
    from portal.mail.attachment import Attachment


class MailMaker:
    """Makes the bytes of one mail after another; what they share is encoded once."""

    def __init__(self, message: CompiledMessage, envelope: Envelope, images: Sequence[Attachment] = ()) -> None:
        self._envelope = envelope
        self._domain = envelope.from_address.rpartition("@")[2]
        self._skeleton = MimeSkeleton(
            sender=Mailbox(envelope.from_name, envelope.from_address),
            reply_to=Mailbox("", envelope.reply_to) if envelope.reply_to else None,
            subject=message.subject,
            text=message.text,
            html=message.html,
            attachments=images,
        )

    def mail_bytes(self, outgoing: Outgoing, *, attempt_id: int) -> bytes:
        """The mail to one person; its Message-ID follows from delivery and attempt."""
        return self._skeleton.build(
            outgoing.holes,
            RecipientHeaders(
                to=Mailbox("", outgoing.address),
                message_id=f"{outgoing.delivery_id}.{attempt_id}.postroom@{self._domain}",
                sent_at=timezone.now(),
                unsubscribe_url=outgoing.unsubscribe_url if self._envelope.is_one_click else "",
            ),
        )
