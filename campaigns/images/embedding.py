"""Images that go within the mails themselves, and how much that makes of a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.images.models import Image
from campaigns.images.references import content_id, embedded_keys
from portal.errors import InvalidInput
from portal.files import open_file
from portal.mail.attachment import Attachment

if TYPE_CHECKING:
    from campaigns.messages.compile import CompiledMessage

MAX_EMBEDDED_BYTES = 7_000_000  # in base64 just below the 10 MB from where on SES slows mail down
_IN_BASE64 = 1.37  # with its line breaks


@dataclass(frozen=True, slots=True)
class EmbeddedWeight:
    """What the images within one mail weigh."""

    image_count: int
    image_bytes: int

    @property
    def bytes_per_mail(self) -> int:
        """What they add to one mail, where they are written in letters."""
        return round(self.image_bytes * _IN_BASE64)

    def bytes_for(self, people: int) -> int:
        """What leaves in all."""
        return self.bytes_per_mail * people


def embedded_weight(message: CompiledMessage) -> EmbeddedWeight:
    """How much the images within the mail add to it; nothing where they are fetched when it is opened."""
    keys = embedded_keys("".join(message.html.literals))
    sizes = list(Image.objects.filter(key__in=keys).values_list("size_bytes", flat=True)) if keys else []
    return EmbeddedWeight(len(sizes), sum(sizes))


def embedded_images(message: CompiledMessage) -> tuple[Attachment, ...]:
    """The images that the HTML part shows from within its mail, read from the file storage.

    Raises InvalidInput when they are too large together or one is gone, OutsideError.
    """
    keys = embedded_keys("".join(message.html.literals))
    if not keys:
        return ()
    images = Image.objects.filter(key__in=keys).order_by("pk")
    if sum(image.size_bytes for image in images) > MAX_EMBEDDED_BYTES:
        limit = MAX_EMBEDDED_BYTES // 1_000_000
        raise InvalidInput(
            _("The pictures in the mail are larger than %d MB together. Let them be fetched instead.") % limit
        )
    return tuple(_attachment(image) for image in images)


def _attachment(image: Image) -> Attachment:
    with open_file(image.file_key) as stream:
        return Attachment(image.file_name, image.content_type, stream.read(), content_id=content_id(image.key))
