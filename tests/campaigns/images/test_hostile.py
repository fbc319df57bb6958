from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image as Pillow

from campaigns.images import cleaning
from campaigns.images.cleaning import ImageRefused, clean_image
from tests.factories.images import animation_file, picture_file

SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def png_chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_that_says(width: int, height: int, *, pixels: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(pixels)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"\xef\xbb\xbf  \n" + SVG,
        b'<?xml version="1.0"?>' + SVG,
        b"\n\n<!doctype html>" + SCRIPT,
        "<svg/>".encode("utf-16"),
    ],
)
def test_drawings_and_pages_in_code_are_refused_by_name(content):
    with pytest.raises(ImageRefused, match="SVG"):
        clean_image(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF", b"%PDF-1.7", b"BM" + bytes(60), b"II*\0" + bytes(60), b"\0\0\1\0" + bytes(60), b"MZ" + bytes(60)],
)
def test_other_files_are_refused_whatever_they_are_called(content):
    with pytest.raises(ImageRefused, match="no PNG, JPEG, GIF or WebP"):
        clean_image(content)


def test_a_photo_that_mails_do_not_show_is_refused_with_the_way_out():
    with pytest.raises(ImageRefused, match="JPEG"):
        clean_image(b"\0\0\0\x18ftypheic" + bytes(40))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("hidden", [SCRIPT, SVG, b"PK\x03\x04 an archive", b"GIF89a/*" + SCRIPT])
def test_what_is_hidden_behind_the_end_of_a_picture_is_gone(kind, hidden):
    content = picture_file(kind, mode="P" if kind == "GIF" else "RGB") + hidden
    assert hidden not in clean_image(content).content


def test_a_script_in_the_words_of_a_picture_is_gone():
    from PIL import PngImagePlugin

    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SCRIPT.decode())
    assert b"script" not in clean_image(picture_file("PNG", pnginfo=words)).content
    assert b"script" not in clean_image(picture_file("JPEG", comment=SCRIPT)).content
    assert b"script" not in clean_image(picture_file("GIF", mode="P", comment=SCRIPT)).content
    assert b"script" not in clean_image(picture_file("WEBP", xmp=SCRIPT)).content
    assert b"script" not in clean_image(picture_file("PNG", icc_profile=SCRIPT * 50)).content


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused(kind, share):
    content = picture_file(kind, width=300, height=200)
    with pytest.raises(ImageRefused, match="damaged"):
        clean_image(content[: int(len(content) * share)])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_file_with_wrong_bytes_in_it_never_breaks_the_site(kind):
    content = bytearray(picture_file(kind, mode="P" if kind == "GIF" else "RGB", width=60, height=60))
    for place in range(8, len(content), 7):
        broken = content.copy()
        broken[place] ^= 0xFF
        try:
            clean_image(bytes(broken))
        except ImageRefused:
            continue


@pytest.mark.parametrize("size", [(60_000, 60_000), (20_001, 1), (1, 2**31 - 1), (6_000, 5_000), (0, 5)])
def test_a_bomb_is_refused_by_what_it_announces_before_anything_is_decoded(size, monkeypatch):
    monkeypatch.setattr(Pillow.Image, "load", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(ImageRefused):
        clean_image(png_that_says(*size))


def test_a_picture_with_fewer_pixels_than_it_announces_is_refused():
    with pytest.raises(ImageRefused):
        clean_image(png_that_says(300, 300, pixels=bytes(10)))


def test_words_that_unpack_to_a_flood_are_refused():
    flood = b"Comment\0\0" + zlib.compress(bytes(70_000_000), 9)
    content = picture_file("PNG")
    end = content.index(b"IDAT") - 4
    with pytest.raises(ImageRefused):
        clean_image(content[:end] + png_chunk(b"zTXt", flood) + content[end:])


def test_an_endless_animation_is_refused(monkeypatch):
    monkeypatch.setattr(cleaning, "MAX_FRAMES", 4)
    with pytest.raises(ImageRefused, match="5 frames"):
        clean_image(animation_file(frame_count=5))


def test_a_moving_webp_is_refused_with_the_way_out():
    with pytest.raises(ImageRefused, match="GIF"):
        clean_image(animation_file("WEBP"))


def test_a_file_over_the_limit_is_refused_unread(monkeypatch):
    monkeypatch.setattr(Pillow, "open", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(ImageRefused, match="15 MB"):
        clean_image(picture_file() + bytes(15_000_000))


def test_what_stays_too_heavy_for_a_mail_is_refused(monkeypatch):
    monkeypatch.setattr(cleaning, "MAX_KEPT_BYTES", 50)
    with pytest.raises(ImageRefused, match="too much for a mail"):
        clean_image(picture_file())


def test_only_the_four_readers_are_ever_asked():
    tiff = io.BytesIO()
    Pillow.new("RGB", (5, 5)).save(tiff, "TIFF")
    with pytest.raises(ImageRefused):
        clean_image(b"GIF89a" + tiff.getvalue())
