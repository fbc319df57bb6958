"""Where images are fetched from: our own pages, the mails, the words of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import get_script_prefix

from campaigns.images.models import Image
from campaigns.images.references import ImagePlace, content_id, embedded_keys, image_keys
from campaigns.public_routes import IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterable


def portal_path(image: Image) -> str:
    """The image's address within the portal, for our own pages."""
    return get_script_prefix() + _route(image)


def public_url(image: Image) -> str:
    """The whole address that mails show it from: good for as long as the image is kept, without a login."""
    if settings.IMAGES_PUBLIC_URL:
        return f"{settings.IMAGES_PUBLIC_URL}/{image.file_key}"
    return f"{settings.PUBLIC_URL}/{_route(image)}"


def image_places(texts: Iterable[str], *, embedded: bool) -> tuple[ImagePlace, ...]:
    """Where mails find each image that the texts name and we have; `embedded`: within the mail itself."""
    keys = image_keys(*texts)
    images = Image.objects.filter(key__in=keys) if keys else ()
    return tuple(ImagePlace(image.key, _address(image, embedded=embedded), image.width_px) for image in images)


def for_our_pages(html: str) -> str:
    """The HTML of a mail with each of our images fetched from the portal itself, also those that go within the mail.

    So a preview shows them under whatever name the portal was asked for.
    """
    keys = embedded_keys(html)
    for image in Image.objects.filter(key__in=keys) if keys else ():
        html = html.replace(f"cid:{content_id(image.key)}", portal_path(image))
    return html.replace(f'"{settings.PUBLIC_URL}/{IMAGE}', f'"{get_script_prefix()}{IMAGE}')


def _route(image: Image) -> str:
    return f"{IMAGE}{image.key}/{image.file_name}"


def _address(image: Image, *, embedded: bool) -> str:
    return f"cid:{content_id(image.key)}" if embedded else public_url(image)
