"""Picture files of every sort, and images made of them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL import Image as Pillow, ImageDraw

from campaigns.images.services import store_image

if TYPE_CHECKING:
    from campaigns.images.models import Image


def picture(*, width: int = 40, height: int = 30, colour: str = "#3b5bdb", mode: str = "RGB") -> Pillow.Image:
    """A plain picture with a line across, so that it can be told which way up it is."""
    drawn = Pillow.new("RGB", (width, height), colour)
    ImageDraw.Draw(drawn).line((0, 0, width - 1, height // 2), fill="white")
    return drawn.convert(mode)


def picture_file(kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of such a picture; what `picture` knows makes it, the rest goes to its writer."""
    looks = {name: options.pop(name) for name in ("width", "height", "colour", "mode") if name in options}
    written = io.BytesIO()
    picture(**looks).save(written, kind, **options)
    return written.getvalue()


def animation_file(kind: str = "GIF", *, frame_count: int = 3, width: int = 20) -> bytes:
    """A moving picture."""
    colours = ("red", "green", "blue", "white", "black")
    frames = [picture(width=width, colour=colours[number % len(colours)]) for number in range(frame_count)]
    written = io.BytesIO()
    frames[0].save(written, kind, save_all=True, append_images=frames[1:], duration=80, loop=0)
    return written.getvalue()


def make_image(*, name: str = "spring-walk.png", alt_text: str = "People in a wood", **looks: Any) -> Image:
    """An image that was uploaded and described."""
    image, _is_new = store_image(picture_file(**looks), file_name=name, actor=None)
    image.alt_text = alt_text
    image.save()
    return image


def a_picture_shelf() -> Image:
    """A few images as a club has them: one used, one without words, one decoration."""
    from tests.factories.campaign_pages import a_draft

    lake = make_image(name="Lake in the morning.png", alt_text="A lake in the morning", width=900, height=500)
    make_image(name="IMG_20260412_181233.jpg", alt_text="", width=1200, height=800, colour="#557a46", kind="JPEG")
    line = make_image(name="line.png", alt_text="", width=600, height=40, colour="#a05a2c")
    line.is_decorative = True
    line.save()
    draft = a_draft()
    draft.body += f"\n\n![{lake.alt_text}]({lake.reference})"
    draft.save()
    return lake
