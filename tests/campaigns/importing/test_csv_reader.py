from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from campaigns.importing.csv_reader import CsvReader, Format, Position
from campaigns.importing.inspection import inspect_sample
from campaigns.importing.problems import FileProblem, ProblemCode

SAMPLES = Path(__file__).parents[2] / "samples" / "csv"


def read(content, file_format, start=None):
    """(rows, problems as (code, line), end) of the content from `start` on."""
    begin = start or Position()
    reader = CsvReader(io.BytesIO(content[begin.offset_bytes :]), file_format, begin)
    rows = [(line, cells) for line, cells in reader if cells]
    return rows, [(problem.code, problem.line) for problem in reader.problems], reader.position


def read_sample(name):
    content = (SAMPLES / name).read_bytes()
    shape = inspect_sample(content, is_whole=True)
    return read(content, shape.file_format, shape.rows_begin)


def test_quoted_line_breaks_stay_in_their_cell_and_lines_count_on():
    rows, problems, end = read_sample("quoted-newlines.csv")

    assert [(line, cells[2]) for line, cells in rows] == [
        (2, 'first line\r\nsecond "quoted" line'),
        (4, "one\n\nthree"),
        (7, "plain"),
    ]
    assert not problems
    assert end == Position((SAMPLES / "quoted-newlines.csv").stat().st_size, 7)


def test_a_row_with_nul_is_a_problem_and_the_next_rows_are_read():
    rows, problems, _ = read_sample("nul-bytes.csv")

    assert [line for line, _ in rows] == [2, 4]
    assert problems == [(ProblemCode.NUL_BYTE, 3)]


def test_an_unterminated_quote_costs_only_its_own_row():
    rows, problems, _ = read_sample("unterminated-quote.csv")

    assert [line for line, _ in rows] == [2, 4, 5]
    assert problems == [(ProblemCode.UNTERMINATED_QUOTE, 3)]


def test_a_quote_that_closes_where_the_next_opens_costs_only_its_own_row():
    content = b'a@b.example,"Ann,x\nc@d.example,"Bo",y\ne@f.example,Cy,z\n'
    rows, problems, _ = read(content, Format(width=3))

    assert [line for line, _ in rows] == [2, 3]
    assert problems == [(ProblemCode.UNTERMINATED_QUOTE, 1)]


def test_ragged_rows_are_problems_but_empty_cells_too_many_are_not():
    rows, problems, _ = read_sample("ragged.csv")

    assert [line for line, _ in rows] == [2, 5, 8]
    assert rows[1][1] == ["lea@ville.example", "Lea", "Roy"]
    assert problems == [(ProblemCode.TOO_FEW_CELLS, 3), (ProblemCode.TOO_MANY_CELLS, 4)]


def test_short_rows_are_filled_up_when_that_was_accepted():
    rows, problems, _ = read(b"a@b.example\n", Format(width=3, is_short_row_fine=True))
    assert rows == [(1, ["a@b.example", "", ""])]
    assert not problems


def test_an_oversized_cell_is_a_problem_of_its_row():
    rows, problems, _ = read_sample("huge-cell.csv")
    assert [line for line, _ in rows] == [3]
    assert problems == [(ProblemCode.CELL_TOO_LONG, 2)]


def test_a_line_of_megabytes_is_passed_over_without_being_held():
    content = b"a@b.example,x\n" + b"y" * 3_000_000 + b"\nc@d.example,z\n"
    rows, problems, end = read(content, Format(width=2))

    assert [line for line, _ in rows] == [1, 3]
    assert problems == [(ProblemCode.ROW_TOO_LONG, 2)]
    assert end.offset_bytes == len(content)


def test_a_carriage_return_inside_a_row_is_a_problem_of_that_row():
    rows, problems, _ = read(b"a@b.example,x\ry\nc@d.example,z\n", Format(width=2))
    assert [line for line, _ in rows] == [2]
    assert problems == [(ProblemCode.STRAY_LINE_BREAK, 1)]


def test_a_byte_that_is_not_in_the_encoding_ends_the_reading_with_its_offset():
    content = (SAMPLES / "late-umlaut.csv").read_bytes()
    with pytest.raises(FileProblem) as caught:
        read(content, Format(width=2))
    assert caught.value.code is ProblemCode.UNDECODABLE
    assert caught.value.offset_bytes == content.index(b"\xfc")


def test_a_wide_encoding_that_breaks_off_is_reported_with_its_offset():
    content = "a,b\n".encode("utf-16-le") + b"\x00\xd8\x41\x00"
    with pytest.raises(FileProblem) as caught:
        read(content, Format(encoding="utf-16-le", width=2))
    assert caught.value.offset_bytes == 8


def test_quotes_that_never_make_sense_give_up_the_file():
    content = b'"a\n' * 1_500
    with pytest.raises(FileProblem) as caught:
        read(content, Format(width=2))
    assert caught.value.code is ProblemCode.QUOTES_BROKEN


@pytest.mark.parametrize(
    "name",
    ["quoted-newlines.csv", "utf16-le-bom.csv", "shift-jis.csv", "old-mac.csv", "ragged.csv", "unterminated-quote.csv"],
)
def test_reading_can_go_on_behind_every_row(name):
    content = (SAMPLES / name).read_bytes()
    shape = inspect_sample(content, is_whole=True)
    start = shape.rows_begin
    whole, _, _ = read(content, shape.file_format, start)
    reader = CsvReader(io.BytesIO(content[start.offset_bytes :]), shape.file_format, start)
    for line, _ in reader:
        rest, _, _ = read(content, shape.file_format, reader.position)
        assert rest == [row for row in whole if row[0] > line]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
FORMATS = st.builds(
    Format,
    encoding=st.sampled_from(["utf-8", "utf-16-le", "cp1252", "cp932"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    newline=st.sampled_from(["\n", "\r"]),
    width=st.integers(0, 5),
    is_short_row_fine=st.booleans(),
)


@given(content=st.binary(max_size=400) | st.text('ab@.,;"\n\r\t\0ü', max_size=200).map(str.encode), file_format=FORMATS)
@settings(max_examples=400, deadline=None)
def test_no_content_brings_an_error_other_than_a_file_problem(content, file_format):
    try:
        rows, problems, end = read(content, file_format)
    except FileProblem:
        return
    assert end.offset_bytes == len(content)
    assert all(not file_format.width or len(cells) == file_format.width for _, cells in rows)
    assert all(line >= 1 for _, line in problems)


@given(content=st.binary(max_size=300) | st.text('ab@.,;"\n\r\t\0ü', max_size=300).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_the_first_look_brings_no_error_other_than_a_file_problem(content):
    try:
        shape = inspect_sample(content, is_whole=True)
    except FileProblem:
        return
    assert len(shape.header) == shape.file_format.width


@given(
    table=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t|")
)
@settings(max_examples=200, deadline=None)
def test_whatever_a_spreadsheet_writes_is_read_back(table, delimiter):
    import csv

    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    rows, problems, _ = read(text.getvalue().encode(), Format(delimiter=delimiter, width=3))

    assert [cells for _, cells in rows] == [row for row in table if any(row)]
    assert not problems
