from __future__ import annotations

import io
import stat
import zipfile

import pytest

from campaigns.attachments.unzipping import MAX_ENTRIES, Bounds, ZipProblem, ZipRefused, files_within
from tests.factories.attachments import zip_file

WIDE = Bounds(10_000_000, 20_000_000)


def unpacked(stream: io.BytesIO, bounds: Bounds = WIDE) -> dict[str, bytes]:
    found = {}
    for name, content in files_within(stream, bounds):
        found[name] = b"".join(iter(content.read, b""))
    return found


def problem_of(stream: io.BytesIO, bounds: Bounds = WIDE) -> ZipProblem:
    with pytest.raises(ZipRefused) as refused:
        unpacked(stream, bounds)
    return refused.value.problem


def test_files_come_out_without_their_folders():
    made = zip_file({"2026/a.pdf": b"a", "b.pdf": b"b", "__MACOSX/a.pdf": b"x", "x/.DS_Store": b"x", "empty/": b""})
    assert unpacked(made) == {"a.pdf": b"a", "b.pdf": b"b"}


def test_a_path_that_leads_elsewhere_is_only_a_name():
    assert unpacked(zip_file({"../../../etc/passwd": b"x"})) == {"passwd": b"x"}
    assert unpacked(zip_file({"C:\\Windows\\a.pdf": b"x"})) == {"a.pdf": b"x"}


def test_a_bomb_is_refused_before_it_unfolds():
    assert problem_of(zip_file({"bomb.txt": b"\0" * 9_000_000})) is ZipProblem.SUSPICIOUS


def test_a_bomb_that_lies_about_its_size_is_refused_too():
    content = bytearray(zip_file({"bomb.txt": b"\0" * 9_000_000}).getvalue())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark) + place
        content[at : at + 4] = (10).to_bytes(4, "little")
    try:
        found = unpacked(io.BytesIO(bytes(content)))
    except ZipRefused:
        return
    assert sum(map(len, found.values())) <= 10


def test_a_file_or_all_files_over_the_bounds_are_refused():
    two = {"a.bin": bytes(range(256)) * 20, "b.bin": bytes(range(256)) * 20}
    assert problem_of(zip_file(two), Bounds(5_000, 100_000)) is ZipProblem.TOO_LARGE
    assert problem_of(zip_file(two), Bounds(6_000, 10_000)) is ZipProblem.TOO_MUCH
    assert len(unpacked(zip_file(two), Bounds(5_120, 10_240))) == 2


def test_more_files_than_anybody_needs_are_refused():
    many = {f"{number}.txt": b"" for number in range(MAX_ENTRIES + 1)}
    assert problem_of(zip_file(many, compression=zipfile.ZIP_STORED)) is ZipProblem.TOO_MANY


def test_two_files_of_one_name_are_refused():
    assert problem_of(zip_file({"x/a.pdf": b"1", "y/A.PDF": b"2"})) is ZipProblem.TWICE


def test_a_link_is_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("a.pdf")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert problem_of(made) is ZipProblem.LINK


def test_a_password_and_damage_are_told_apart():
    content = bytearray(zip_file({"a.pdf": b"abc"}, compression=zipfile.ZIP_STORED).getvalue())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert problem_of(io.BytesIO(bytes(content))) is ZipProblem.ENCRYPTED
    whole = zip_file({"a.pdf": b"abc" * 999}).getvalue()
    assert problem_of(io.BytesIO(whole[:60])) is ZipProblem.DAMAGED
    wrong = bytearray(whole)
    wrong[45] ^= 0xFF
    assert problem_of(io.BytesIO(bytes(wrong))) is ZipProblem.DAMAGED
