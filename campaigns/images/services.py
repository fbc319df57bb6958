"""Taking images in, describing them, deleting them; their addresses."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b32encode
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from campaigns.images.cleaning import clean_image
from campaigns.images.models import Image
from campaigns.images.usage import uses_of
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.files import delete_file, save_file

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.images.cleaning import CleanImage

CACHE_CONTROL = "public, max-age=31536000, immutable"
_KEY_CHARS = 26  # 130 bits: nobody comes upon one by trying


def store_image(content: bytes, *, file_name: str, actor: User | None) -> tuple[Image, bool]:
    """Keep an uploaded file; gives the image, and whether it is a new one.

    The same file again, or one that is already kept as it came, is the image that is there. Raises ImageRefused,
    OutsideError.
    """
    upload_hash = hashlib.sha256(content).hexdigest()
    if (known := _known(upload_hash, image_key(content))) is not None:
        return known, False
    cleaned = clean_image(content)
    if (known := _known(upload_hash, image_key(cleaned.content))) is not None:
        return known, False
    image = _new_image(cleaned, file_name)
    image.upload_hash, image.upload_size_bytes, image.uploaded_by = upload_hash, len(content), actor
    headers = {"ContentType": image.content_type, "CacheControl": CACHE_CONTROL}
    save_file(image.file_key, [cleaned.content], headers=headers)
    try:
        with transaction.atomic():
            image.save(force_insert=True)
            record_activity("image.uploaded", actor=actor, target=image, bytes=image.size_bytes)
    except IntegrityError:  # somebody else brought the same file this moment
        return Image.objects.get(Q(upload_hash=upload_hash) | Q(key=image.key)), False
    return image, True


def image_key(content: bytes) -> str:
    """The part of its address that nobody can guess, made of the bytes: a file behind an address never changes."""
    return b32encode(hashlib.sha256(content).digest()).decode("ascii").lower()[:_KEY_CHARS]


@transaction.atomic
def describe_image(image_id: int, *, name: str, alt_text: str, is_decorative: bool, actor: User | None) -> Image:
    """Change what an image is called and what stands in its place. Raises InvalidInput without a word on the latter."""
    image = Image.objects.select_for_update().get(pk=image_id)
    if not alt_text and not is_decorative:
        raise InvalidInput(_("Say what the picture shows, or tick that it is only decoration."))
    image.name, image.alt_text, image.is_decorative = name, "" if is_decorative else alt_text, is_decorative
    image.save(update_fields=["name", "alt_text", "is_decorative"])
    record_activity("image.described", actor=actor, target=image)
    return image


def delete_image(image_id: int, *, actor: User | None) -> str:
    """Delete an image that nothing uses; gives back its name. Raises Conflict naming what uses it, OutsideError.

    One that went out with a campaign stays for good: the mails in people's mailboxes show it from here.
    """
    with transaction.atomic():
        image = Image.objects.select_for_update().get(pk=image_id)
        if uses := uses_of([image.key])[image.key]:
            names = ", ".join(str(use) for use in uses[:3])
            raise Conflict(
                _("“%(name)s” is used: %(uses)s. Mails that were sent show it from here, so it stays.")
                % {"name": image.name, "uses": names}
            )
        record_activity("image.deleted", actor=actor, target=image)
        image.delete()
    delete_file(image.file_key)
    return image.name


def _known(upload_hash: str, key: str) -> Image | None:
    return Image.objects.filter(Q(upload_hash=upload_hash) | Q(key=key)).first()


def _new_image(cleaned: CleanImage, file_name: str) -> Image:
    shown_name = "".join(char for char in PurePath(file_name.replace("\\", "/")).name if char.isprintable()).strip()
    return Image(
        key=image_key(cleaned.content),
        name=shown_name[:120] or _("picture"),
        file_name=f"{_plain_stem(shown_name)}.{cleaned.extension}",
        content_type=cleaned.content_type,
        width_px=cleaned.width_px,
        height_px=cleaned.height_px,
        size_bytes=len(cleaned.content),
        is_animated=cleaned.is_animated,
        upload_width_px=cleaned.upload_width_px,
        upload_height_px=cleaned.upload_height_px,
    )


def _plain_stem(file_name: str) -> str:
    """The file's name without its ending, as it may stand in any address."""
    stem = unicodedata.normalize("NFKD", PurePath(file_name).stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:60].strip("-") or "picture"
