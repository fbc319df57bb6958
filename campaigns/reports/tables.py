"""Figures as CSV files: whole numbers, one line each, safe against formulas."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

from django.http import HttpResponse

from campaigns.exports.csv_text import as_csv, head_of_file
from campaigns.reports.figures import NAMES, Line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.reports.over_time import CauseLine


def lines_as_csv(key: str, lines: Iterable[Line]) -> bytes:
    """One line each; `key` heads the first column."""
    rows = ([line.key, *(str(count) for count in astuple(line.sums))] for line in lines)
    return head_of_file([key, *NAMES]) + as_csv(rows)


def causes_as_csv(causes: Iterable[CauseLine]) -> bytes:
    """Why mails did not arrive, or never left, and how many."""
    rows = ([str(cause.state.label), str(cause.reason.label), str(cause.people)] for cause in causes)
    return head_of_file(["state", "cause", "people"]) + as_csv(rows)


def csv_answer(content: bytes, *, name: str) -> HttpResponse:
    """The file as a download; `name` is made of letters, digits and hyphens."""
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
