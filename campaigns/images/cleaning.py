"""From an uploaded file to a picture that mails may show: checked, written anew, no wider than mails need.

Every file is decoded and encoded again, so that nothing of it survives but its pixels: no place and camera, no comment,
nothing hidden behind its end. WebP becomes JPEG or PNG, because Outlook does not show it.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image as Pillow, ImageCms, ImageOps, ImageSequence

from portal.errors import InvalidInput
from portal.wording import format_count

MAX_UPLOAD_BYTES = 15_000_000
MAX_KEPT_BYTES = 5_000_000  # what one function call may answer with on AWS
MAX_SIDE_PX = 20_000
MAX_PIXELS = {"JPEG": 60_000_000, "PNG": 25_000_000, "GIF": 10_000_000, "WEBP": 25_000_000}
MAX_FRAMES = 300
MAX_ANIMATION_PIXELS = 100_000_000  # of all frames together
WIDE_PX = 1_600  # wider ones are made narrower
TARGET_WIDTH_PX = 1_200  # twice the 600 px that mails are wide, for sharp screens
JPEG_QUALITY = 88

# A picture may announce any size; ours are refused below before anything is decoded.
Pillow.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())

_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF87a", "GIF"), (b"GIF89a", "GIF"))
_BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # byte order marks and blanks
_PHONE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
_CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
_ORIENTATION = 0x0112  # Exif's number for which side is up
_EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif"}
# What Pillow's readers raise for files that are damaged or made to hurt.
_BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, MemoryError, RuntimeError,
    struct.error, zlib.error, Pillow.DecompressionBombError, Pillow.DecompressionBombWarning,
)  # fmt: skip


class ImageRefused(InvalidInput):
    """The file cannot be used as a picture; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A picture as it is kept, and how large it came."""

    content: bytes
    content_type: str
    extension: str
    width_px: int
    height_px: int
    is_animated: bool
    upload_width_px: int
    upload_height_px: int


def clean_image(content: bytes) -> CleanImage:
    """Check a whole file and write it anew. Raises ImageRefused."""
    if len(content) > MAX_UPLOAD_BYTES:
        raise ImageRefused(too_large_text())
    kind = _kind_of(content)
    try:
        with Pillow.open(io.BytesIO(content), formats=[kind]) as picture:
            _require_modest(picture, kind)
            is_animation = kind == "GIF" and getattr(picture, "is_animated", False)
            cleaned = _animation(picture) if is_animation else _still(picture, kind)
    except ImageRefused:
        raise
    except _BROKEN as error:
        raise ImageRefused(
            _("The file is damaged or was not sent whole. Open it, save it anew, and try again.")
        ) from error
    if len(cleaned.content) > MAX_KEPT_BYTES:
        size = format_count(len(cleaned.content) // 1000)
        raise ImageRefused(_("This picture has %s kB, far too much for a mail. Make it shorter or smaller.") % size)
    return cleaned


def too_large_text() -> str:
    """What is said of a file over the limit."""
    return _("The file is larger than %d MB. Make it smaller first.") % (MAX_UPLOAD_BYTES // 1_000_000)


def _kind_of(content: bytes) -> str:
    """Pillow's name of the format by the first bytes; what the file is called does not matter."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[:200].lstrip(_BEFORE_TEXT).startswith(b"<"):
        raise ImageRefused(
            _("This is a drawing or a page written in code (SVG, HTML). It could run a script, and mail programs do "
              "not show it: save it as PNG.")
        )  # fmt: skip
    if content[4:8] == b"ftyp" and content[8:12] in _PHONE_BRANDS:
        raise ImageRefused(_("Mail programs do not show HEIC and AVIF photos. Save it as JPEG."))
    raise ImageRefused(_("This is no PNG, JPEG, GIF or WebP picture, whatever it is called."))


def _require_modest(picture: Pillow.Image, kind: str) -> None:
    """Refuse what would take too much memory, by what the file announces; nothing is decoded yet."""
    width, height = picture.size
    if not (0 < width <= MAX_SIDE_PX and 0 < height <= MAX_SIDE_PX and width * height <= MAX_PIXELS[kind]):
        size = {"width": format_count(width), "height": format_count(height)}
        raise ImageRefused(_("The picture is %(width)s × %(height)s pixels. Make it smaller first.") % size)
    if not getattr(picture, "is_animated", False):
        return
    if kind == "WEBP":
        raise ImageRefused(_("Mail programs do not show moving WebP pictures. Save it as GIF."))
    frames = int(getattr(picture, "n_frames", 1))
    if kind == "GIF" and (frames > MAX_FRAMES or frames * width * height > MAX_ANIMATION_PIXELS):
        raise ImageRefused(_("The animation has %d frames, too many at its size. Make it shorter or smaller.") % frames)


def _still(picture: Pillow.Image, kind: str) -> CleanImage:
    turned = picture.getexif().get(_ORIENTATION, 1) != 1
    width, height = _upright_size(picture)
    if kind == "JPEG":
        picture.draft("RGB", (TARGET_WIDTH_PX, TARGET_WIDTH_PX))  # decodes a huge photo at a fraction of its size
    picture.load()
    shown = _narrowed(_in_screen_colours(ImageOps.exif_transpose(picture) if turned else picture))
    target = _target_of(shown, kind)
    return CleanImage(
        content=_encoded(_in_mode_of(shown, target), target),
        content_type=_CONTENT_TYPES[target],
        extension=_EXTENSIONS[target],
        width_px=shown.width,
        height_px=shown.height,
        is_animated=False,
        upload_width_px=width,
        upload_height_px=height,
    )


def _upright_size(picture: Pillow.Image) -> tuple[int, int]:
    """Width and height as seen: cameras write a photo lying down and say so beside it."""
    width, height = picture.size
    lies_down = picture.getexif().get(_ORIENTATION) in {5, 6, 7, 8}
    return (height, width) if lies_down else (width, height)


def _in_screen_colours(picture: Pillow.Image) -> Pillow.Image:
    """The picture in sRGB; phones use wider colours, which would look dull once the note about them is gone."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    try:
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        return picture  # a profile that cannot be read says nothing
    return converted or picture


def _narrowed(picture: Pillow.Image) -> Pillow.Image:
    if picture.width <= WIDE_PX:
        return picture
    if picture.mode not in {"RGB", "L"}:
        picture = picture.convert("RGB" if picture.mode in {"YCbCr", "CMYK"} else "RGBA")
    height = max(1, round(picture.height * TARGET_WIDTH_PX / picture.width))
    return picture.resize((TARGET_WIDTH_PX, height), Pillow.Resampling.LANCZOS)


def _target_of(picture: Pillow.Image, kind: str) -> str:
    if kind == "WEBP":
        return "PNG" if picture.has_transparency_data else "JPEG"
    if kind == "GIF" and picture.mode not in {"P", "L", "1"}:
        return "PNG"  # it was made narrower, and has more colours now than a GIF can hold
    return kind


def _in_mode_of(picture: Pillow.Image, target: str) -> Pillow.Image:
    """The picture in a mode that the format knows."""
    if picture.mode.startswith("I"):  # 16 bits a colour
        return picture.point(lambda value: value / 256).convert("L")
    if target == "JPEG" and picture.mode not in {"RGB", "L"}:
        return picture.convert("RGB")
    if target == "PNG" and picture.mode not in {"RGB", "RGBA", "L", "LA", "P", "1"}:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture


def _encoded(picture: Pillow.Image, target: str) -> bytes:
    # Writers take what they find beside the pixels along; only the see-through colour of a palette is part of it.
    picture.info = {name: value for name, value in picture.info.items() if name == "transparency"}
    options: dict[str, Any] = {"optimize": True}
    if target == "JPEG":
        options |= {"quality": "keep" if picture.format == "JPEG" else JPEG_QUALITY, "progressive": True}
    written = io.BytesIO()
    picture.save(written, target, **options)
    return written.getvalue()


def _animation(picture: Pillow.Image) -> CleanImage:
    """The frames with their times, at the size they came: a moving picture made narrower looks poor."""
    frames = [(frame.copy(), frame.info.get("duration", 100)) for frame in ImageSequence.Iterator(picture)]
    first, *others = [frame for frame, _duration_ms in frames]
    for frame in (first, *others):
        frame.info = {name: value for name, value in frame.info.items() if name == "transparency"}
    options: dict[str, Any] = {"duration": [duration_ms for _frame, duration_ms in frames], "disposal": 2}
    if "loop" in picture.info:
        options["loop"] = picture.info["loop"]
    written = io.BytesIO()
    first.save(written, "GIF", save_all=True, append_images=others, **options)
    width, height = first.size
    return CleanImage(written.getvalue(), "image/gif", "gif", width, height, True, width, height)
