"""Ids in what people and programs send."""

from __future__ import annotations

import pytest

from portal.row_ids import row_id


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("0", 0), ("9" * 18, 10**18 - 1)])
def test_what_names_an_id(text, number):
    assert row_id(text) == number


@pytest.mark.parametrize("text", [None, "", "x", "-1", " 1", "1.0", "²", "٣", "9" * 19, "9" * 5_000])
def test_what_can_be_none(text):
    assert row_id(text) is None
