from __future__ import annotations

import base64
import io
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.aws import s3
from tests.doubles.files_bucket import buckets_in_memory

BUCKET = "files"


@pytest.fixture
def bucket(monkeypatch):
    with buckets_in_memory(monkeypatch, BUCKET, "drops"):
        yield BUCKET


def test_an_object_is_written_and_read_from_any_byte_on(bucket):
    s3.upload_object(bucket, "a/b.csv", io.BytesIO(b"one\ntwo\nthree\n"))
    facts = s3.head_object(bucket, "a/b.csv")

    assert facts.size_bytes == 14
    with s3.open_object(bucket, "a/b.csv", offset=4, etag=facts.etag) as stream:
        assert list(stream) == [b"two\n", b"three\n"]


def test_an_object_ends_with_an_empty_stream(bucket):
    s3.upload_object(bucket, "a.csv", io.BytesIO(b"one"))
    with s3.open_object(bucket, "a.csv", offset=3) as stream:
        assert stream.read() == b""


def test_an_object_that_was_replaced_is_not_read_on(bucket):
    s3.upload_object(bucket, "a.csv", io.BytesIO(b"one"))
    etag = s3.head_object(bucket, "a.csv").etag
    s3.upload_object(bucket, "a.csv", io.BytesIO(b"two"))
    with pytest.raises(s3.ObjectChanged):
        s3.open_object(bucket, "a.csv", etag=etag)


def test_a_missing_object_is_said_to_be_missing(bucket):
    for ask in (s3.head_object, s3.open_object):
        with pytest.raises(s3.ObjectMissing):
            ask(bucket, "nothing.csv")
    s3.delete_object(bucket, "nothing.csv")


def test_objects_are_copied_between_buckets(bucket):
    s3.upload_object("drops", "uploads/ä b.csv", io.BytesIO(b"x"))
    s3.copy_object("drops", "uploads/ä b.csv", bucket=bucket, key="imports/1/a.csv")
    assert s3.head_object(bucket, "imports/1/a.csv").size_bytes == 1


def test_the_upload_form_allows_one_key_one_type_and_a_size(bucket):
    form = s3.presign_post(bucket, "imports/7/p.csv", max_bytes=1000, content_type="text/csv", expires_s=60)
    policy = json.loads(base64.b64decode(form.fields["policy"]))

    assert form.fields["key"] == "imports/7/p.csv"
    assert form.fields["success_action_status"] == "201"
    conditions = policy["conditions"]
    assert ["content-length-range", 1, 1000] in conditions
    assert {"key": "imports/7/p.csv"} in conditions
    assert {"Content-Type": "text/csv"} in conditions
    assert {"bucket": bucket} in conditions
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_a_download_link_names_the_file(bucket):
    url = s3.presign_download(bucket, "imports/7/rejects.csv", file_name="people.csv", expires_s=60)
    assert "X-Amz-Signature" in url
    assert "people.csv" in url


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ('a"; filename="b.exe', 'attachment; filename="a\\"; filename=\\"b.exe"'),
        ("Łódź.csv", "attachment; filename*=utf-8''%C5%81%C3%B3d%C5%BA.csv"),
    ],
)
def test_a_download_link_takes_any_name(bucket, name, disposition):
    url = s3.presign_download(bucket, "imports/7/rejects.csv", file_name=name, expires_s=60)
    assert parse_qs(urlsplit(url).query)["response-content-disposition"] == [disposition]


def test_files_live_in_the_bucket_when_there_is_one(bucket, settings):
    from portal import files

    settings.FILES_BUCKET = bucket
    stored = files.save_file("imports/1/p.csv", iter([b"one\n", b"", b"two\n"]))
    assert stored.size_bytes == 8
    with files.open_file("imports/1/p.csv", offset=4, etag=stored.etag) as stream:
        assert stream.read() == b"two\n"
    assert (files.download_url("imports/1/p.csv", file_name="p.csv") or "").startswith("https://")
    assert files.create_upload_form("imports/1/p.csv").fields["key"] == "imports/1/p.csv"
    files.save_file("imports/1/p.csv", [b"other"])
    with pytest.raises(files.FileChanged):
        files.open_file("imports/1/p.csv", etag=stored.etag)
    files.delete_file("imports/1/p.csv")
    with pytest.raises(files.FileMissing):
        files.stat_file("imports/1/p.csv")


def test_a_dropped_object_is_taken_in_to_bucket_or_disk(bucket, settings):
    from portal import files

    s3.upload_object("drops", "uploads/p.csv", io.BytesIO(b"people"))
    for own_bucket in (bucket, ""):
        settings.FILES_BUCKET = own_bucket
        assert files.take_in("drops", "uploads/p.csv", key="imports/2/p.csv").size_bytes == 6
        with pytest.raises(files.FileMissing):
            files.take_in("drops", "uploads/gone.csv", key="imports/2/gone.csv")


def test_an_event_names_the_objects_that_were_created():
    event = {
        "Records": [
            {"eventName": "ObjectCreated:Post", "s3": {"bucket": {"name": "b"}, "object": {"key": "a+b%C3%A4.csv", "size": 3, "eTag": "e"}}},
            {"eventName": "ObjectRemoved:Delete", "s3": {"bucket": {"name": "b"}, "object": {"key": "c.csv"}}},
        ]
    }  # fmt: skip
    assert s3.created_objects(event) == [s3.CreatedObject("b", "a bä.csv", "e", 3)]
    assert s3.created_objects({"Service": "Amazon S3", "Event": "s3:TestEvent"}) == []
