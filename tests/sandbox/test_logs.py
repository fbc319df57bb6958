"""What proofs read of a double's log while the double writes to it."""

from __future__ import annotations

import pytest

from sandbox.gmail_double.double import LOG_FILE
from sandbox.gmail_testing import GmailControl
from sandbox.testing import DoubleControl

HALF_WRITTEN = '{"a": 1}\n{"a": 2}\n{"a'


@pytest.fixture
def folder(tmp_path):
    for name in ("acceptance.jsonl", LOG_FILE):
        (tmp_path / name).write_text(HALF_WRITTEN)
    return tmp_path


def test_a_line_that_is_being_written_is_not_read(folder):
    assert GmailControl("http://127.0.0.1:9", folder).imports() == [{"a": 1}, {"a": 2}]
    assert DoubleControl("http://127.0.0.1:9", folder).accepted() == [{"a": 1}, {"a": 2}]


def test_lines_that_were_read_before_can_be_left_out(folder):
    assert DoubleControl("http://127.0.0.1:9", folder).accepted(after=1) == [{"a": 2}]
