"""Attachments of a request: decoded and kept in the file storage, outside of any transaction."""

from __future__ import annotations

import base64
import binascii
import io
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.api.problems import in_field
from campaigns.attachments.names import clean_file_name, content_type_of
from campaigns.attachments.storing import FileRefused, store_file
from campaigns.transactional.orders import AttachedFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.api.schemas import AttachmentIn


def store_attachments(attachments: Sequence[AttachmentIn]) -> list[AttachedFile]:
    """Keep the files; each content once, whoever brings it. Raises Problem naming the one that cannot be used."""
    return [_store(attachment, place=f"attachments[{number}]") for number, attachment in enumerate(attachments)]


def _store(attachment: AttachmentIn, *, place: str) -> AttachedFile:
    try:
        content = base64.b64decode("".join(attachment.content.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise in_field(f"{place}.content", _("This is no base64."), code="base64") from error
    name = clean_file_name(attachment.filename)
    content_type = content_type_of(name, attachment.content_type)
    try:
        file = store_file(io.BytesIO(content), name=name, content_type=content_type)
    except FileRefused as error:
        raise in_field(f"{place}.content", str(error), code="refused") from error
    return AttachedFile(file, name, content_type, attachment.content_id)
