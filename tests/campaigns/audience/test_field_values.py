"""Values of fields: how people write them, and the one form in which they are stored."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from campaigns.audience.field_values import FieldType, ValueDoesNotFit, fits, guess_type, stored_form


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("12", "12"), ("-3", "-3"), ("+4", "4"), ("1.50", "1.5"), ("1,5", "1.5"), ("1,234", "1234"), ("1.234,5", "1234.5"),
        ("1 234", "1234"), ("1,234,567.25", "1234567.25"), ("007", "7"), ("0.0", "0"), ("-0", "0"), (" 8 ", "8"), ("", ""),
    ],
)  # fmt: skip
def test_numbers_are_stored_as_plain_decimals(typed, stored):
    assert stored_form(typed, FieldType.NUMBER) == stored


@pytest.mark.parametrize("typed", ["1e3", "abc", "1.2.3", "--1", "٣", "1234567890123456", "NaN", "1,2,3", "."])
def test_what_is_no_number_does_not_fit(typed):
    with pytest.raises(ValueDoesNotFit):
        stored_form(typed, FieldType.NUMBER)


@pytest.mark.parametrize(
    "typed", ["2026-11-02", "2026/11/2", "2.11.2026", "02. 11. 2026", "2026-11-02T10:00:00Z", "2026-11-02 09:30"]
)
def test_dates_are_stored_as_iso_days(typed):
    assert stored_form(typed, FieldType.DATE) == "2026-11-02"


@pytest.mark.parametrize("typed", ["2026-02-30", "11/02/2026", "soon", "0000-01-01", "2026-11"])
def test_dates_that_can_be_read_in_two_ways_or_none_do_not_fit(typed):
    assert not fits(typed, FieldType.DATE)


def test_yes_and_no_come_in_many_words():
    assert {stored_form(word, FieldType.YES_NO) for word in ("Yes", "JA", "true", "1", "x")} == {"yes"}
    assert {stored_form(word, FieldType.YES_NO) for word in ("No", "nein", "FALSE", "0")} == {"no"}
    assert not fits("perhaps", FieldType.YES_NO)


def test_a_choice_is_stored_as_it_is_spelt():
    assert stored_form(" small ", FieldType.CHOICE, ["Small", "Large"]) == "Small"
    assert not fits("Medium", FieldType.CHOICE, ["Small", "Large"])


@given(st.sampled_from(FieldType), st.text(max_size=20))
def test_the_stored_form_is_its_own_stored_form(field_type, text):
    try:
        stored = stored_form(text, field_type, ["S", "ß", "ab c"])
    except ValueDoesNotFit:
        return
    assert stored_form(stored, field_type, ["S", "ß", "ab c"]) == stored


@pytest.mark.parametrize(
    ("values", "field_type"),
    [
        (["1", "2", ""], FieldType.NUMBER),
        (["1", "0"], FieldType.NUMBER),
        (["1010", "01067"], FieldType.TEXT),  # postcodes
        (["+43 660 1"], FieldType.TEXT),
        (["2026-01-02", "3.4.2025"], FieldType.DATE),
        (["yes", "no", "Yes"], FieldType.YES_NO),
        (["ja", "nein"], FieldType.YES_NO),
        (["Graz", "12"], FieldType.TEXT),
        ([], FieldType.TEXT),
    ],
)
def test_a_type_is_guessed_only_where_all_values_have_it(values, field_type):
    assert guess_type(values) is field_type
