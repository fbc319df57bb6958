"""Streams the rows of a CSV file with the exact byte and line behind each, so that a reading can go on from there.

Pure: reads a binary stream, opens nothing. A row that cannot be read becomes a RowProblem and the reading goes on; a
FileProblem ends it. RFC 4180 plus what spreadsheets really write.
"""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from campaigns.importing.line_source import Line, read_lines
from campaigns.importing.problems import FileProblem, ProblemCode, RowProblem, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ROW_LINES = 200  # a quote still open after so many lines was never meant to close
MAX_BROKEN_QUOTES = 1_000

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is to be read. `width` is the number of columns; 0 takes rows of any width."""

    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    width: int = 0
    is_short_row_fine: bool = False  # missing cells at the end count as empty


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two rows: bytes and lines of the file before it."""

    offset_bytes: int = 0
    line: int = 0


START = Position()


class _UnreadableRowError(Exception):
    """The row cannot be read on: its quote never closes, it is too long, or it holds a NUL."""

    def __init__(self, code: ProblemCode) -> None:
        super().__init__(code)
        self.code = code


class CsvReader:
    """Iterate for `(line, cells)` of every row; a row that cannot be read comes as `(line, [])` and is in `problems`.

    `line` is the 1-based line where the row begins. Blank rows are passed over. The stream must stand at `start`.
    Raises FileProblem when the bytes are not in the encoding, or when the quotes of the file make no sense.
    """

    def __init__(self, stream: BinaryIO, file_format: Format, start: Position = START) -> None:
        self.problems: list[RowProblem] = []
        self.offset_bytes = start.offset_bytes  # just behind the last row that was yielded
        self._format = file_format
        self._source = read_lines(
            stream, encoding=file_format.encoding, newline=file_format.newline, start=start.offset_bytes
        )
        self._handed_back: deque[Line] = deque()
        self._row_lines: list[Line] = []
        self._line = start.line
        self._broken_quotes = 0

    @property
    def position(self) -> Position:
        """Just behind the last row that was yielded: the place to go on from."""
        return Position(self.offset_bytes, self._line)

    def take_problems(self) -> list[RowProblem]:
        """The problems since the last call, in the order of their lines."""
        taken, self.problems = self.problems, []
        return taken

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        while True:
            try:
                yield from self._rows()
            except (csv.Error, _UnreadableRowError) as error:
                yield self._give_up_row(error), []
            else:
                return

    def _rows(self) -> Iterator[tuple[int, Cells]]:
        width, row_lines = self._format.width, self._row_lines
        for cells in csv.reader(self._feed(), delimiter=self._format.delimiter):
            line = self._line - len(row_lines) + 1
            if any(cells):
                is_sound = not width or len(cells) == width or self._mend_width(line, cells)
                if is_sound and len(row_lines) > 1:
                    is_sound = self._closes_cleanly(line, cells)
                row_lines.clear()
                yield line, cells if is_sound else []
            else:
                row_lines.clear()

    def _feed(self) -> Iterator[str]:
        """Lines for csv.reader, which takes exactly as many as its next row has."""
        row_lines, handed_back, source = self._row_lines, self._handed_back, self._source
        while (line := handed_back.popleft() if handed_back else next(source, None)) is not None:
            row_lines.append(line)
            self._line += 1
            self.offset_bytes += line[1]
            text = line[0]
            if text is None:
                raise _UnreadableRowError(ProblemCode.ROW_TOO_LONG)
            if "\0" in text:
                raise _UnreadableRowError(ProblemCode.NUL_BYTE)
            if len(row_lines) > MAX_ROW_LINES:
                raise _UnreadableRowError(ProblemCode.UNTERMINATED_QUOTE)
            yield text
        if row_lines:
            raise _UnreadableRowError(ProblemCode.UNTERMINATED_QUOTE)

    def _mend_width(self, line: int, cells: Cells) -> bool:
        """Make the row as wide as the header where nothing is lost by it; else report it. False: leave it out."""
        width = self._format.width
        if len(cells) > width and not any(cells[width:]):
            del cells[width:]
            return True
        if len(cells) < width and self._format.is_short_row_fine:
            cells.extend([""] * (width - len(cells)))
            return True
        if len(self._row_lines) > 1:
            self._undo_swallowing(line)
            return False
        code = ProblemCode.TOO_FEW_CELLS if len(cells) < width else ProblemCode.TOO_MANY_CELLS
        self._report(code, line, cells=cells, value=str(len(cells)))
        return False

    def _closes_cleanly(self, line: int, cells: Cells) -> bool:
        """False for a row of several lines whose quote closed only where that of a later row opened."""
        lines = [text or "" for text, _ in self._row_lines]
        try:
            is_clean = next(csv.reader(lines, delimiter=self._format.delimiter, strict=True))[: len(cells)] == cells
        except csv.Error:
            is_clean = False
        if not is_clean:
            self._undo_swallowing(line)
        return is_clean

    def _undo_swallowing(self, line: int) -> None:
        """Report the row's first line alone; the lines it had swallowed are read again as rows."""
        self._hand_back_all_but_first()
        self._count_broken_quote(line)
        text = self._row_lines[0][0] or ""
        cells = text.rstrip("\r\n").split(self._format.delimiter)
        self._report(ProblemCode.UNTERMINATED_QUOTE, line, cells=cells)

    def _give_up_row(self, error: csv.Error | _UnreadableRowError) -> int:
        """Report the row that csv.reader choked on and go on with the line after its first one; returns its line."""
        code = _cause(error, line_count=len(self._row_lines))
        self._hand_back_all_but_first()
        line, text = self._line, self._row_lines.pop()[0] or ""
        if code is ProblemCode.UNTERMINATED_QUOTE:
            self._count_broken_quote(line)
        self._report(code, line, cells=text.rstrip("\r\n").split(self._format.delimiter))
        return line

    def _hand_back_all_but_first(self) -> None:
        for line in reversed(self._row_lines[1:]):
            self._handed_back.appendleft(line)
            self.offset_bytes -= line[1]
            self._line -= 1
        del self._row_lines[1:]

    def _count_broken_quote(self, line: int) -> None:
        self._broken_quotes += 1
        if self._broken_quotes > MAX_BROKEN_QUOTES:
            raise FileProblem(ProblemCode.QUOTES_BROKEN, line=line)

    def _report(self, code: ProblemCode, line: int, *, cells: Cells, value: str = "") -> None:
        example = shorten(self._format.delimiter.join(cells))
        self.problems.append(RowProblem(code, line, example=example, value=value, cells=cells))


def _cause(error: csv.Error | _UnreadableRowError, *, line_count: int) -> ProblemCode:
    if isinstance(error, _UnreadableRowError):
        return error.code
    if "field larger" not in str(error):
        return ProblemCode.STRAY_LINE_BREAK
    return ProblemCode.UNTERMINATED_QUOTE if line_count > 1 else ProblemCode.CELL_TOO_LONG
