"""What proofs read of a double's log while the double writes to it."""

from __future__ import annotations

import pytest

from sandbox.gmail_double.double import LOG_FILE
from sandbox.gmail_testing import GmailControl
from sandbox.testing import DoubleControl

HALF_WRITTEN = '{"email": "a@x.example"}\n{"email": "b@x.example"}\n{"ema'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / LOG_FILE).write_text(HALF_WRITTEN)
    (tmp_path / "acceptance.jsonl").write_text(HALF_WRITTEN.replace("email", "address"))
    return tmp_path


def test_a_line_that_is_being_written_is_not_read(folder):
    imports = GmailControl("http://127.0.0.1:9", folder).imports()
    accepted = DoubleControl("http://127.0.0.1:9", folder).accepted()
    assert [line["email"] for line in imports] == ["a@x.example", "b@x.example"]
    assert [line["address"] for line in accepted] == ["a@x.example", "b@x.example"]


def test_lines_that_were_read_before_can_be_left_out(folder):
    accepted = DoubleControl("http://127.0.0.1:9", folder).accepted(after=1)
    assert [line["address"] for line in accepted] == ["b@x.example"]
