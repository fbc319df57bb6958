from __future__ import annotations

import pytest

from campaigns.images.addresses import portal_path
from portal.files import delete_file, open_file
from tests.factories.images import make_image

pytestmark = pytest.mark.django_db


def test_a_stranger_gets_the_picture_for_a_year_and_as_a_picture_only(client):
    image = make_image()
    answer = client.get(portal_path(image))
    with open_file(image.file_key) as stream:
        assert b"".join(answer.streaming_content) == stream.read()
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Length"] == str(image.size_bytes)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.get("Vary", "")


def test_who_has_it_already_gets_no_bytes(client):
    image = make_image()
    answer = client.get(portal_path(image), headers={"If-None-Match": f'"old", "{image.key}"'})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == f'"{image.key}"'
    assert answer["Cache-Control"].endswith("immutable")


def test_asking_for_the_head_gives_size_and_kind_alone(client):
    image = make_image()
    answer = client.head(portal_path(image))
    assert (answer["Content-Length"], answer["Content-Type"]) == (str(image.size_bytes), "image/png")


def test_another_name_another_key_or_a_lost_file_is_not_found(client):
    image = make_image(name="lake.png")
    assert client.get(f"/i/{image.key}/lake.html").status_code == 404
    assert client.get(f"/i/{'a' * 26}/lake.png").status_code == 404
    assert client.get(f"/i/{image.key}/..%2Flake.png").status_code == 404
    delete_file(image.file_key)
    assert client.get(portal_path(image)).status_code == 404


def test_nothing_can_be_put_there(client):
    assert client.post(portal_path(make_image())).status_code == 405
