"""The addresses that workers write into mails, without loading the pages, are those of the pages."""

from __future__ import annotations

import pytest
from django.urls import resolve, reverse, set_script_prefix

from campaigns.images.addresses import portal_path, public_url
from campaigns.images.models import Image
from campaigns.preferences.links import unsubscribe_url
from campaigns.signup.links import confirm_url
from portal.whole_urls import whole_url, with_prefix, without_prefix

IMAGE = Image(key="k" * 26, file_name="lake-2.png")


@pytest.fixture(params=["", "/test"])
def prefix(request, settings):
    """As in a worker, and as in a web function that is one stage of API Gateway."""
    settings.PUBLIC_URL = f"https://postroom.example{request.param}"
    set_script_prefix(f"{request.param}/")
    yield request.param
    set_script_prefix("/")


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: unsubscribe_url(41), "unsubscribe"),
        (lambda: confirm_url(41), "signup_confirm"),
        (lambda: public_url(IMAGE), "image"),
    ],
    ids=["unsubscribe", "confirm", "image"],
)
def test_links_in_mails_lead_to_their_pages(prefix, make, name):
    place = f"https://postroom.example{prefix}"
    url = make()
    assert url.startswith(f"{place}/")
    found = resolve(url.removeprefix(place))
    assert found.url_name == name
    assert whole_url(reverse(name, kwargs=found.kwargs)) == url


def test_pictures_on_our_own_pages_have_the_prefix(prefix):
    assert portal_path(IMAGE) == reverse("image", args=[IMAGE.key, IMAGE.file_name])


def test_a_whole_url_has_the_prefix_once(prefix):
    assert whole_url(reverse("healthz")) == f"https://postroom.example{prefix}/healthz"


def test_a_path_in_a_row_knows_no_prefix_and_gets_it_back_on_a_page(prefix):
    path = reverse("admin:index")
    assert without_prefix(path) == "/admin/"
    assert with_prefix(without_prefix(path)) == path
    assert without_prefix("/admin/") == "/admin/"
    assert without_prefix("") == ""
