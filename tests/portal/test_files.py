from __future__ import annotations

from pathlib import Path

import pytest

from portal.errors import ConfigurationError, InvalidInput
from portal.files import (
    FileChanged,
    FileMissing,
    create_upload_form,
    delete_file,
    download_url,
    open_file,
    save_file,
    stat_file,
)


@pytest.fixture(autouse=True)
def on_disk(settings, tmp_path):
    settings.FILES_BUCKET = ""
    settings.MEDIA_ROOT = tmp_path / "files"


def test_a_file_is_written_as_a_stream_and_read_from_any_byte_on():
    stored = save_file("imports/1/p.csv", (b"x" * 10 for _ in range(3)))
    assert stored.size_bytes == 30
    with open_file("imports/1/p.csv", offset=25, etag=stored.etag) as stream:
        assert stream.read() == b"xxxxx"


def test_a_replaced_file_is_another_file():
    stored = save_file("a.csv", [b"one"])
    save_file("a.csv", [b"two"])
    with pytest.raises(FileChanged):
        open_file("a.csv", etag=stored.etag)


def test_a_write_that_breaks_off_leaves_the_old_file_and_nothing_else(settings):
    save_file("a.csv", [b"old"])

    def breaks_off():
        yield b"new"
        raise OSError("the line is cut")

    with pytest.raises(OSError, match="cut"):
        save_file("a.csv", breaks_off())
    assert [path.read_bytes() for path in Path(settings.MEDIA_ROOT).iterdir()] == [b"old"]


def test_a_missing_file_is_said_to_be_missing_and_may_be_deleted():
    with pytest.raises(FileMissing):
        stat_file("nothing.csv")
    with pytest.raises(FileMissing):
        open_file("nothing.csv")
    delete_file("nothing.csv")


@pytest.mark.parametrize("key", ["../outside.csv", "/etc/passwd", "imports/../../x", ""])
def test_a_key_never_leads_out_of_the_folder(key):
    with pytest.raises(InvalidInput):
        save_file(key, [b"x"])


def test_on_disk_browsers_go_through_the_site():
    assert download_url("a.csv", file_name="a.csv") is None
    with pytest.raises(ConfigurationError):
        create_upload_form("a.csv")
