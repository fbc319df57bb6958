from __future__ import annotations

import io

import pytest
from PIL import Image as Pillow, ImageCms, ImageSequence

from campaigns.images.cleaning import TARGET_WIDTH_PX, WIDE_PX, clean_image
from tests.factories.images import animation_file, picture, picture_file

PLACE = 0x8825  # Exif's block with the place a photo was taken at
CAMERA = 0x0110


def opened(content: bytes) -> Pillow.Image:
    return Pillow.open(io.BytesIO(content))


def photo_with_place(*, orientation: int = 1) -> bytes:
    exif = Pillow.Exif()
    exif[CAMERA] = "Phone 12"
    exif[0x0112] = orientation
    exif.get_ifd(PLACE)[1] = "N"
    exif.get_ifd(PLACE)[2] = (52.0, 31.0, 12.0)
    return picture_file("JPEG", exif=exif, comment=b"at home")


@pytest.mark.parametrize(
    ("kind", "content_type", "extension"),
    [("PNG", "image/png", "png"), ("JPEG", "image/jpeg", "jpg"), ("GIF", "image/gif", "gif")],
)
def test_the_kinds_that_mails_show_stay_what_they_are(kind, content_type, extension):
    cleaned = clean_image(picture_file(kind, mode="P" if kind == "GIF" else "RGB"))
    assert (cleaned.content_type, cleaned.extension) == (content_type, extension)
    assert opened(cleaned.content).format == kind
    assert (cleaned.width_px, cleaned.height_px) == (40, 30)


def test_webp_becomes_jpeg_and_with_transparency_png():
    assert clean_image(picture_file("WEBP")).content_type == "image/jpeg"
    assert (
        clean_image(picture_file("WEBP", mode="RGBA")).content_type == "image/jpeg"
    )  # says so, but shows through nowhere
    clear = io.BytesIO()
    Pillow.new("RGBA", (20, 20), (255, 0, 0, 90)).save(clear, "WEBP", lossless=True)
    assert clean_image(clear.getvalue()).content_type == "image/png"


def test_place_and_camera_and_comment_of_a_photo_are_gone():
    photo = photo_with_place()
    assert dict(opened(photo).getexif())
    cleaned = opened(clean_image(photo).content)
    assert not dict(cleaned.getexif())
    assert b"Phone 12" not in clean_image(photo).content
    assert b"at home" not in clean_image(photo).content


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_words_beside_the_pixels_of_other_kinds_are_gone(kind):
    exif = Pillow.Exif()
    exif[CAMERA] = "Phone 12"
    assert b"Phone 12" not in clean_image(picture_file(kind, exif=exif)).content


def test_a_photo_lying_on_its_side_is_turned_upright():
    cleaned = clean_image(photo_with_place(orientation=6))
    assert (cleaned.width_px, cleaned.height_px) == (30, 40)
    assert (cleaned.upload_width_px, cleaned.upload_height_px) == (30, 40)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_wide_picture_is_made_narrower_and_its_size_remembered(kind):
    cleaned = clean_image(picture_file(kind, width=3000, height=1500))
    assert TARGET_WIDTH_PX <= cleaned.width_px <= WIDE_PX
    assert cleaned.height_px == pytest.approx(cleaned.width_px / 2, abs=1)
    assert (cleaned.upload_width_px, cleaned.upload_height_px) == (3000, 1500)


def test_a_picture_of_fitting_width_keeps_its_pixels():
    content = picture_file("PNG", width=WIDE_PX, height=20)
    assert opened(clean_image(content).content).tobytes() == opened(content).tobytes()


def test_a_jpeg_loses_next_to_nothing():
    content = picture_file("JPEG", width=300, height=200, quality=80)
    before, after = opened(content).convert("L"), opened(clean_image(content).content).convert("L")
    lost = sum(abs(one - other) for one, other in zip(before.tobytes(), after.tobytes(), strict=True))
    assert lost / len(before.tobytes()) < 0.1


def test_a_moving_gif_keeps_moving():
    cleaned = clean_image(animation_file(frame_count=4))
    shown = opened(cleaned.content)
    assert cleaned.is_animated
    assert (shown.info["duration"], shown.info["loop"]) == (80, 0)
    assert len(list(ImageSequence.Iterator(shown))) == 4


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_sort_of_png_can_be_read(mode):
    content = io.BytesIO()
    (Pillow.new("I;16", (8, 8), 40_000) if mode == "I;16" else picture(mode=mode)).save(content, "PNG")
    opened(clean_image(content.getvalue()).content).load()


def test_a_palette_keeps_its_see_through_colour():
    content = io.BytesIO()
    Pillow.new("P", (4, 4), 0).save(content, "PNG", transparency=0)
    shown = opened(clean_image(content.getvalue()).content).convert("RGBA")
    assert shown.getchannel("A").getextrema() == (0, 0)


def test_a_print_jpeg_becomes_one_for_screens():
    assert opened(clean_image(picture_file("JPEG", mode="CMYK")).content).mode == "RGB"


def test_colours_of_another_profile_are_turned_into_those_of_screens():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    cleaned = clean_image(picture_file("PNG", icc_profile=profile))
    assert "icc_profile" not in opened(cleaned.content).info
    clean_image(picture_file("PNG", icc_profile=b"no profile at all"))
