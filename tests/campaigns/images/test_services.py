from __future__ import annotations

import pytest

from campaigns.images.addresses import public_url
from campaigns.images.cleaning import ImageRefused
from campaigns.images.models import Image
from campaigns.images.services import delete_image, describe_image, image_key, store_image
from campaigns.images.usage import uses_of
from campaigns.messages.models import HouseLayout, Template
from campaigns.messages.services import freeze_message
from portal.errors import Conflict, InvalidInput
from portal.files import FileMissing, open_file
from portal.models import Activity
from tests.factories.images import make_image, picture_file
from tests.factories.sending import make_campaign
from tests.factories.signup import make_form

pytestmark = pytest.mark.django_db


def stored(content: bytes, file_name: str = "Spring walk.PNG") -> Image:
    return store_image(content, file_name=file_name, actor=None)[0]


def test_an_image_knows_its_size_and_has_its_file_under_the_hash_of_its_bytes():
    image = stored(picture_file(width=50, height=20))
    with open_file(image.file_key) as stream:
        content = stream.read()
    assert image.key == image_key(content)
    assert (image.width_px, image.height_px, image.size_bytes) == (50, 20, len(content))
    assert image.file_name == "spring-walk.png"
    assert Activity.objects.filter(verb="image.uploaded", object_id=str(image.pk)).exists()


def test_the_same_file_twice_is_the_same_image():
    first = stored(picture_file("JPEG"), "one.jpg")
    again, is_new = store_image(picture_file("JPEG"), file_name="other.jpg", actor=None)
    assert (again, is_new) == (first, False)
    assert again.name == "one.jpg"


def test_an_image_that_comes_back_as_it_is_kept_is_the_same_image():
    first = stored(picture_file("JPEG", comment=b"something"))
    with open_file(first.file_key) as stream:
        assert stored(stream.read()) == first


def test_two_files_of_the_same_pixels_are_one_image():
    first = stored(picture_file("PNG"))
    assert stored(picture_file("PNG", compress_level=1)) == first
    assert Image.objects.count() == 1


def test_a_refused_file_leaves_nothing(settings):
    with pytest.raises(ImageRefused):
        stored(b"<svg/>")
    assert not Image.objects.exists()
    assert not settings.MEDIA_ROOT.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.png"),
        ("C:\\photos\\Lago d’Orta (2).jpeg", "lago-dorta-2.png"),
        ("évasion.html", "evasion.png"),
        ("日本.png", "picture.png"),
        ('a"b\r\nSet-Cookie: x.png', "a-bset-cookie-x.png"),
        ("", "picture.png"),
        ("x" * 300 + ".png", "x" * 60 + ".png"),
    ],
)
def test_the_end_of_an_address_is_plain_and_says_the_real_kind(given, kept):
    assert stored(picture_file(), given).file_name == kept


def test_an_image_needs_words_or_is_decoration():
    image = make_image()
    with pytest.raises(InvalidInput):
        describe_image(image.pk, name="x", alt_text="", is_decorative=False, actor=None)
    described = describe_image(image.pk, name="x", alt_text="ignored", is_decorative=True, actor=None)
    assert (described.alt_text, described.lacks_alt_text) == ("", False)


def test_mails_show_it_from_the_portal_or_from_where_the_setting_says(settings):
    settings.PUBLIC_URL = "https://post.example.org"
    image = make_image(name="lake.png")
    assert public_url(image) == f"https://post.example.org/i/{image.key}/lake.png"
    settings.IMAGES_PUBLIC_URL = "https://cdn.example.org"
    assert public_url(image) == f"https://cdn.example.org/images/{image.key}/lake.png"


def test_where_an_image_is_used_is_found_in_the_words_themselves():
    image, other = make_image(), make_image(colour="red")
    Template.objects.create(name="Letter", body=f"![x]({image.reference})")
    HouseLayout.objects.create(name="House", logo_url=public_url(image))
    make_form("News", confirmation_body=f"![x]({image.reference})")
    sent = make_campaign("Sent", body=f'<img src="image:{image.key}" alt="">', kind="html")
    freeze_message(sent, None)
    sent.body = "changed since"
    sent.save()
    uses = uses_of([image.key, other.key])
    assert [str(use) for use in uses[image.key]] == [
        "campaign “Sent”, sent",
        "template “Letter”",
        "sign-up form “News”",
        "house layout “House”",
    ]
    assert [use.is_final for use in uses[image.key]] == [True, False, False, False]
    assert uses[other.key] == []


def test_what_is_used_cannot_be_deleted_and_says_where_it_is_used():
    image = make_image()
    template = Template.objects.create(name="Letter", body=f"![x]({image.reference})")
    with pytest.raises(Conflict, match="Letter"):
        delete_image(image.pk, actor=None)
    template.delete()
    delete_image(image.pk, actor=None)
    assert not Image.objects.exists()
    with pytest.raises(FileMissing):
        open_file(image.file_key)
