from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.importing.encoding import Certainty
from campaigns.importing.inspection import Overrule, inspect_sample
from campaigns.importing.problems import FileProblem, ProblemCode

SAMPLES = Path(__file__).parents[2] / "samples" / "csv"


def look(name, **overrule):
    return inspect_sample((SAMPLES / name).read_bytes(), is_whole=True, overrule=Overrule(**overrule))


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("utf8.csv", "utf-8", ","),
        ("utf8-bom.csv", "utf-8", ","),
        ("utf16-le-bom.csv", "utf-16-le", "\t"),
        ("utf16-be-no-bom.csv", "utf-16-be", ","),
        ("cp1252-semicolon.csv", "cp1252", ";"),
        ("sep-line.csv", "utf-8", ";"),
        ("pipe.csv", "utf-8", "|"),
        ("old-mac.csv", "mac_roman", ","),
    ],
)
def test_a_latin_file_is_read_right_whatever_wrote_it(name, encoding, delimiter):
    shape = look(name)

    assert (shape.file_format.encoding, shape.file_format.delimiter) == (encoding, delimiter)
    assert shape.header == ["Email", "First name", "Last name", "City"]
    assert shape.sample_rows[1] == ["jorg@verein.example", "Jörg", "Müller", "Zürich"]


@pytest.mark.parametrize(
    ("name", "encoding", "city"),
    [
        ("cp1250-polish.csv", "cp1250", "Łódź"),
        ("shift-jis.csv", "cp932", "東京"),
        ("cp1251-russian.csv", "cp1251", "Москва"),
    ],
)
def test_a_legacy_code_page_is_found_and_said_to_be_a_guess(name, encoding, city):
    shape = look(name)

    assert (shape.file_format.encoding, shape.certainty) == (encoding, Certainty.LIKELY)
    assert shape.sample_rows[0][3] == city
    assert {"code": "encoding_unsure", "value": encoding} in shape.notes


@pytest.mark.parametrize(
    ("name", "code", "value"),
    [
        ("empty.csv", ProblemCode.EMPTY, ""),
        ("blank.csv", ProblemCode.EMPTY, ""),
        ("workbook.xlsx.csv", ProblemCode.NOT_CSV, "xlsx"),
        ("picture.csv", ProblemCode.NOT_CSV, "picture"),
    ],
)
def test_what_is_no_csv_is_refused_with_its_kind(name, code, value):
    with pytest.raises(FileProblem) as caught:
        look(name)
    assert (caught.value.code, caught.value.value) == (code, value)


def test_binary_rubbish_is_refused():
    with pytest.raises(FileProblem) as caught:
        inspect_sample(bytes(range(256)) * 20, is_whole=True)
    assert caught.value.code is ProblemCode.BINARY


def test_a_file_of_thousands_of_columns_is_refused():
    with pytest.raises(FileProblem) as caught:
        inspect_sample(b"a," * 100_000, is_whole=True)
    assert caught.value.code is ProblemCode.TOO_MANY_COLUMNS


def test_duplicate_and_empty_headers_get_names_of_their_own():
    shape = look("header-duplicate-empty.csv")

    assert shape.header == ["Email", "Name", "Name (2)", "Column 4", "name (3)"]
    assert {note["code"] for note in shape.notes} == {"header_duplicate", "header_empty"}


def test_a_header_with_a_line_break_is_one_header():
    shape = look("header-newline.csv")

    assert shape.header == ["E-mail address", "First name"]
    assert shape.sample_rows == [["anna@club.example", "Anna"]]
    assert shape.rows_begin.line == 2


def test_a_first_row_with_an_address_is_no_header():
    shape = look("no-header.csv")

    assert not shape.has_header
    assert shape.header == ["Column 1", "Column 2", "Column 3"]
    assert shape.rows_begin.offset_bytes == 0
    assert len(shape.sample_rows) == 2


def test_a_single_column_of_addresses_is_a_table():
    shape = look("addresses-only.csv")
    assert (shape.header, len(shape.sample_rows)) == (["Column 1"], 2)


def test_a_person_may_overrule_encoding_delimiter_and_header():
    shape = look("utf8.csv", encoding="cp1252", delimiter=";", has_header=False)

    assert shape.file_format.encoding == "cp1252"
    assert not shape.has_header
    assert len(shape.header) == 1


def test_an_encoding_that_cannot_be_is_refused_with_the_place():
    with pytest.raises(FileProblem) as caught:
        look("cp1252-semicolon.csv", encoding="utf-8")
    assert caught.value.code is ProblemCode.UNDECODABLE
    assert caught.value.offset_bytes == (SAMPLES / "cp1252-semicolon.csv").read_bytes().index("ö".encode("cp1252"))


def test_a_sample_may_end_inside_a_character():
    whole = "Email,Name\na@b.example,Zoë\n".encode()
    shape = inspect_sample(whole[: whole.index(b"\xc3") + 1], is_whole=False)
    assert shape.header == ["Email", "Name"]


def test_the_rows_begin_behind_mark_sep_line_and_header():
    content = (SAMPLES / "sep-line.csv").read_bytes()
    shape = look("sep-line.csv")
    assert content[shape.rows_begin.offset_bytes :].startswith(b"anna@club.example")
    assert shape.rows_begin.line == 2
