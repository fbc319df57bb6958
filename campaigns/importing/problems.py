"""What can be wrong with a CSV file or one of its rows: codes and facts, no wording (see `wording`). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NotRequired, TypedDict

from portal.errors import InvalidInput

EXAMPLE_LENGTH = 80


class ProblemCode(StrEnum):
    """Every cause, each with one sentence in `wording`."""

    # Rows that cannot be imported
    TOO_FEW_CELLS = "too_few_cells"
    TOO_MANY_CELLS = "too_many_cells"
    UNTERMINATED_QUOTE = "unterminated_quote"
    NUL_BYTE = "nul_byte"
    CELL_TOO_LONG = "cell_too_long"
    ROW_TOO_LONG = "row_too_long"
    STRAY_LINE_BREAK = "stray_line_break"
    ADDRESS_MISSING = "address_missing"
    ADDRESS_INVALID = "address_invalid"
    TWO_ADDRESSES = "two_addresses"
    DOMAIN_IMPOSSIBLE = "domain_impossible"
    # Rows that are imported all the same
    TYPO_DOMAIN = "typo_domain"
    DUPLICATE = "duplicate"
    TIME_ZONE_UNKNOWN = "time_zone_unknown"
    VALUE_CUT = "value_cut"
    VALUE_UNFIT = "value_unfit"
    FORGOTTEN = "forgotten"  # left out, without a word in the rejects
    LEFT_LIST = "left_list"
    # Files that cannot be read
    EMPTY = "empty"
    NOT_CSV = "not_csv"
    BINARY = "binary"
    UNDECODABLE = "undecodable"
    QUOTES_BROKEN = "quotes_broken"
    NO_ROWS = "no_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    FILE_CHANGED = "file_changed"
    FILE_MISSING = "file_missing"
    FILE_TOO_LARGE = "file_too_large"
    KEEPS_FAILING = "keeps_failing"
    # Remarks on the header and the encoding
    HEADER_DUPLICATE = "header_duplicate"
    HEADER_EMPTY = "header_empty"
    HEADER_LINE_BREAK = "header_line_break"
    HEADER_MISSING = "header_missing"
    ENCODING_UNSURE = "encoding_unsure"


WARNINGS = frozenset(
    {
        ProblemCode.TYPO_DOMAIN,
        ProblemCode.DUPLICATE,
        ProblemCode.TIME_ZONE_UNKNOWN,
        ProblemCode.VALUE_CUT,
        ProblemCode.VALUE_UNFIT,
        ProblemCode.FORGOTTEN,
        ProblemCode.LEFT_LIST,
    }
)


class ProblemDict(TypedDict):
    """A problem as stored in JSON; `value` tells causes of one code apart (a domain, a file type, a header)."""

    code: str
    value: NotRequired[str]
    count: NotRequired[int]
    line: NotRequired[int]
    other_line: NotRequired[int]
    column: NotRequired[str]
    example: NotRequired[str]
    fix: NotRequired[str]
    offset_bytes: NotRequired[int]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one row cannot be imported. `line` is the line of the file where the row begins, `column` its cell or None."""

    code: ProblemCode
    line: int
    column: int | None = None
    example: str = ""
    value: str = ""
    cells: list[str] = field(default_factory=list)  # the row as far as it could be read, for the rejects file


class FileProblem(InvalidInput):
    """The file as a whole cannot be read; nothing of it will be imported.

    `value` is the kind of file found (NOT_CSV) or the encoding that failed (UNDECODABLE).
    """

    def __init__(self, code: ProblemCode, *, value: str = "", line: int = 0, offset_bytes: int | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.value = value
        self.line = line
        self.offset_bytes = offset_bytes

    def to_dict(self) -> ProblemDict:
        problem = ProblemDict(code=self.code.value)
        if self.value:
            problem["value"] = self.value
        if self.line:
            problem["line"] = self.line
        if self.offset_bytes is not None:
            problem["offset_bytes"] = self.offset_bytes
        return problem


def shorten(text: str) -> str:
    """`text` on one line, at most EXAMPLE_LENGTH characters."""
    line = " ".join(text.replace("\0", "\N{SYMBOL FOR NULL}").split())
    return line if len(line) <= EXAMPLE_LENGTH else line[: EXAMPLE_LENGTH - 1] + "…"
