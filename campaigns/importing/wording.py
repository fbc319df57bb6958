"""What is wrong with a file or a row, in words for the person who brought it: which, where, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.importing.problems import FileProblem, ProblemCode, ProblemDict

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from portal.errors import PortalError

_PROBLEMS: dict[str, _StrPromise] = {
    ProblemCode.TOO_FEW_CELLS: _("Fewer cells than the header has columns"),
    ProblemCode.TOO_MANY_CELLS: _("More cells than the header has columns"),
    ProblemCode.UNTERMINATED_QUOTE: _("A quotation mark opens a cell and never closes it"),
    ProblemCode.NUL_BYTE: _("A NUL byte in the row"),
    ProblemCode.CELL_TOO_LONG: _("A cell of more than 131,000 characters"),
    ProblemCode.ROW_TOO_LONG: _("A row of more than a megabyte"),
    ProblemCode.STRAY_LINE_BREAK: _("A line break in the middle of a row, outside quotation marks"),
    ProblemCode.ADDRESS_MISSING: _("No e-mail address"),
    ProblemCode.ADDRESS_INVALID: _("Not an e-mail address"),
    ProblemCode.TWO_ADDRESSES: _("More than one address in the cell; give each a row of its own"),
    ProblemCode.DOMAIN_IMPOSSIBLE: _("A domain that cannot exist"),
    ProblemCode.TYPO_DOMAIN: _("A domain that is probably misspelt"),
    ProblemCode.DUPLICATE: _("Same address twice in the file; the later line wins"),
    ProblemCode.TIME_ZONE_UNKNOWN: _("Unknown time zone; left empty"),
    ProblemCode.VALUE_CUT: _("A name of more than 150 characters; cut off"),
    ProblemCode.VALUE_UNFIT: _("A value that its field cannot have; left out"),
    ProblemCode.FORGOTTEN: _("Somebody who asked to be forgotten; left out"),
    ProblemCode.LEFT_LIST: _("Somebody who left this list; imported, but not put on it again"),
    ProblemCode.EMPTY: _("The file is empty."),
    ProblemCode.NOT_CSV: _("This is no CSV file."),
    ProblemCode.BINARY: _("This is no text file. Save your table as CSV and upload that."),
    ProblemCode.UNDECODABLE: _("The file is not in the encoding it was read as. Choose another one below."),
    ProblemCode.QUOTES_BROKEN: _(
        "The quotation marks in this file make no sense, or it has another delimiter. Check the delimiter below, or"
        " save the table again as CSV."
    ),
    ProblemCode.NO_ROWS: _("The file has no rows."),
    ProblemCode.TOO_MANY_COLUMNS: _("The file has more than 300 columns. Leave out those that are not needed."),
    ProblemCode.FILE_CHANGED: _("The file was replaced while it was being read. Upload it again."),
    ProblemCode.FILE_MISSING: _("The file is no longer there. Upload it again."),
    ProblemCode.FILE_TOO_LARGE: _("The file is larger than this portal accepts. Split it and import the parts."),
    ProblemCode.KEEPS_FAILING: _(
        "The import failed several times at the same place for a reason of our own. What was imported before stays."
        " Please tell your administrator."
    ),
    ProblemCode.HEADER_DUPLICATE: _("More than one column has this name; we numbered them."),
    ProblemCode.HEADER_EMPTY: _("A column has no name; we gave it one."),
    ProblemCode.HEADER_LINE_BREAK: _("A column's name has a line break; we show it on one line."),
    ProblemCode.HEADER_MISSING: _("The first row looks like a person, so we took it that there is no header."),
    ProblemCode.ENCODING_UNSURE: _("We guessed the encoding. Look at the umlauts and accents below."),
}
_ADDRESS_FAULTS: dict[str, _StrPromise] = {
    "control_character": _("Not an e-mail address: it has an invisible character in it"),
    "too_long": _("Not an e-mail address: too long"),
    "no_at": _("Not an e-mail address: no @"),
    "bad_local_part": _(
        "Not an e-mail address that can be written to: what stands before the @ (no spaces, no ä or é)"
    ),
    "bad_domain": _("Not an e-mail address: what stands after the @ is no domain"),
}
_FILE_KINDS: dict[str, _StrPromise] = {
    "xlsx": _("This is an Excel workbook (or a ZIP archive), no CSV. In Excel: File, Save as, “CSV UTF-8”."),
    "xls": _("This is an old Excel workbook, no CSV. In Excel: File, Save as, “CSV UTF-8”."),
    "pdf": _("This is a PDF, no CSV. Export the table from where it was made."),
    "picture": _("This is a picture, no CSV."),
    "gzip": _("This file is compressed. Unpack it and upload the CSV in it."),
    "archive": _("This is an archive. Unpack it and upload the CSV in it."),
    "html": _("This is a web page, no CSV; some sites call it so. Look for another export there."),
    "xml": _("This is an XML file, no CSV. Look for a CSV export where it was made."),
}


def describe_problem(problem: ProblemDict) -> _StrPromise | str:
    """One sentence for a problem or a group of them, without count, line and example."""
    code, value = problem["code"], problem.get("value", "")
    if code == ProblemCode.ADDRESS_INVALID and value in _ADDRESS_FAULTS:
        return _ADDRESS_FAULTS[value]
    if code == ProblemCode.NOT_CSV and value in _FILE_KINDS:
        return _FILE_KINDS[value]
    if code in {ProblemCode.TYPO_DOMAIN, ProblemCode.DOMAIN_IMPOSSIBLE} and value:
        return format_lazy("{}: {}", _PROBLEMS[code], value)
    return _PROBLEMS[code]


def describe_fix(problem: ProblemDict) -> _StrPromise | str:
    """What the one-click fix of a group says on its button; "" when there is none."""
    kind, _colon, meant = problem.get("fix", "").partition(":")
    if kind == "domain":
        return f"{problem.get('value', '')} → {meant}"
    if kind == "short_rows":
        return _("Take missing cells as empty")
    if kind == "encoding":
        return format_lazy(_("Read it as {encoding}"), encoding=meant)
    return ""


def sentence_of(error: PortalError) -> str:
    """What went wrong, for the person who brought the file."""
    return str(describe_problem(error.to_dict())) if isinstance(error, FileProblem) else str(error)
