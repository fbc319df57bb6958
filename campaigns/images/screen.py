"""What the screens of images share: one image as a card, as JSON, and the search behind both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Q
from django.urls import reverse

from campaigns.images.addresses import portal_path
from campaigns.images.models import Image
from campaigns.images.usage import uses_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from campaigns.images.usage import ImageUse

LIGHT_KB, HEAVY_KB = 200, 500  # a mail with more than this loads slowly on a phone


class ImageDict(TypedDict):
    """One image as the picker gets it."""

    reference: str
    thumbnail_url: str
    page_url: str
    describe_url: str
    name: str
    alt_text: str
    is_decorative: bool
    width_px: int
    height_px: int
    size_kb: int


@dataclass(frozen=True, slots=True)
class ImageCard:
    """One image on the list."""

    image: Image
    thumbnail_url: str
    page_url: str
    size_kb: int
    size_tone: str
    uses: list[ImageUse]


def find_images(text: str, *, lacks_alt: bool = False) -> QuerySet[Image]:
    """Images with the text in their name or alternative text, newest first."""
    images = Image.objects.all()
    if lacks_alt:
        images = images.filter(alt_text="", is_decorative=False)
    words = text.replace("\0", "").strip()
    return images.filter(Q(name__icontains=words) | Q(alt_text__icontains=words)) if words else images


def cards_of(images: Iterable[Image]) -> list[ImageCard]:
    """The images as cards, with what uses them."""
    shown = list(images)
    uses = uses_of([image.key for image in shown])
    return [
        ImageCard(image, portal_path(image), page_url(image), size_kb(image), _tone(size_kb(image)), uses[image.key])
        for image in shown
    ]


def image_dict(image: Image) -> ImageDict:
    """One image as JSON."""
    return {
        "reference": image.reference,
        "thumbnail_url": portal_path(image),
        "page_url": page_url(image),
        "describe_url": reverse("admin:campaigns_image_describe", args=[image.pk]),
        "name": image.name,
        "alt_text": image.alt_text,
        "is_decorative": image.is_decorative,
        "width_px": image.width_px,
        "height_px": image.height_px,
        "size_kb": size_kb(image),
    }


def page_url(image: Image) -> str:
    """The image's own page."""
    return reverse("admin:campaigns_image_change", args=[image.pk])


def size_kb(image: Image) -> int:
    """Kilobytes, at least one."""
    return max(1, round(image.size_bytes / 1000))


def _tone(kilobytes: int) -> str:
    if kilobytes <= LIGHT_KB:
        return ""
    return "bad" if kilobytes > HEAVY_KB else "warn"
