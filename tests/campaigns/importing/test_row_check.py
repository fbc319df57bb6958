from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from campaigns.importing.problem_groups import group_problems
from campaigns.importing.problems import ProblemCode
from campaigns.importing.row_check import RowChecker, RowPlan, split_full_name
from campaigns.importing.typos import suggest_domain
from portal.formula_guard import guard, unguard

TARGETS = ("address", "first_name", "last_name", "attribute:city", "attribute:plan")


def check(cells, *, targets=TARGETS, **plan):
    """(staged contact or None, codes of the problems)."""
    checker = RowChecker(RowPlan(targets, **plan))
    staged = checker.check(7, list(cells))
    return staged, [problem.code for problem in checker.take_problems()]


def test_a_row_becomes_a_contact_with_its_keys_and_attributes():
    staged, problems = check([" Anna.Berg@Club.Example ", " Anna  Maria ", "BERG", 'Kö"ln', ""])

    assert staged is not None
    assert staged[:7] == (
        7,
        "Anna.Berg@club.example",
        "anna.berg@club.example",
        "Anna Maria",
        "BERG",
        "anna maria",
        "berg",
    )
    assert json.loads(staged.attributes) == {"city": 'Kö"ln'}
    assert not problems


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", ProblemCode.ADDRESS_MISSING),
        ("not-an-address", ProblemCode.ADDRESS_INVALID),
        ("a@b", ProblemCode.ADDRESS_INVALID),
        ("a@b.example; c@d.example", ProblemCode.TWO_ADDRESSES),
        ("a@b.example c@d.example", ProblemCode.TWO_ADDRESSES),
        ("bob@gmial.con", ProblemCode.DOMAIN_IMPOSSIBLE),
    ],
)
def test_a_row_without_a_usable_address_is_refused_with_the_cause(address, code):
    assert check([address, "Bob", "", "", ""]) == (None, [code])


def test_a_probable_typo_is_said_but_the_row_is_used():
    staged, problems = check(["bob@gmial.com", "", "", "", ""])
    assert staged is not None
    assert staged.address == "bob@gmial.com"
    assert problems == [ProblemCode.TYPO_DOMAIN]


def test_an_accepted_fix_is_applied_without_a_word():
    staged, problems = check(["Bob@Gmial.con", "", "", "", ""], domain_fixes={"gmial.con": "gmail.com"})
    assert staged is not None
    assert (staged.address, staged.address_key) == ("Bob@gmail.com", "bob@gmail.com")
    assert not problems


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.con", "gmail.com"),
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("hotmai.com", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("club.con", "club.com"),
        ("gmail.com", None),
        ("ymail.com", None),
        ("club.example", None),
    ],
)
def test_misspelt_providers_are_recognised(typed, meant):
    assert suggest_domain(typed) == meant


def test_an_unknown_time_zone_is_left_out_and_said():
    targets = ("address", "time_zone")
    staged, problems = check(["a@b.example", "Mars/Base"], targets=targets)
    assert staged is not None
    assert staged.time_zone == ""
    assert problems == [ProblemCode.TIME_ZONE_UNKNOWN]
    staged, problems = check(["a@b.example", "Europe/Berlin"], targets=targets)
    assert staged is not None
    assert staged.time_zone == "Europe/Berlin"
    assert not problems


def test_tags_are_split_and_kept_by_address():
    checker = RowChecker(RowPlan(("address", "tags")))
    checker.check(2, ["a@b.example", " choir; member;;choir | board"])
    assert checker.tags_by_key == {"a@b.example": ("choir", "member", "board")}


def test_a_name_longer_than_its_field_is_cut_and_said():
    staged, problems = check(["a@b.example", "x" * 200, "", "", ""])
    assert staged is not None
    assert len(staged.first_name) == 150
    assert problems == [ProblemCode.VALUE_CUT]


@pytest.mark.parametrize(
    ("full_name", "names"),
    [
        ("Jane Doe", ("Jane", "Doe")),
        ("Doe, Jane", ("Jane", "Doe")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("Cher", ("Cher", "")),
        ("", ("", "")),
    ],
)
def test_a_full_name_is_parted(full_name, names):
    assert split_full_name(full_name) == names


BEGINS_A_FORMULA = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"


@given(st.text(alphabet=f"{BEGINS_A_FORMULA}'ab", max_size=6))
def test_the_guard_against_formulas_comes_off_without_a_trace(cell):
    assert unguard(guard(cell)) == cell
    assert not guard(cell).startswith(tuple(BEGINS_A_FORMULA))


def test_only_a_rejects_file_loses_its_guard():
    cells = ["a@b.example", "", "", "'=1+1", ""]
    plain, _ = check(cells)
    mended, _ = check(cells, is_rejects_file=True)
    assert plain is not None
    assert mended is not None
    assert json.loads(plain.attributes)["city"] == "'=1+1"
    assert json.loads(mended.attributes)["city"] == "=1+1"


def test_problems_are_grouped_by_cause_with_count_line_example_and_fix():
    checker = RowChecker(RowPlan(("address",)))
    for line, address in enumerate(
        ["x", "bob@gmial.con", "y", "eve@gmial.con", "z@club.example", "amy@gmial.com"], start=2
    ):
        checker.check(line, [address])
    groups = group_problems(checker.take_problems())

    assert [(g["code"], g["value"], g["count"], g["line"], g.get("fix")) for g in groups] == [
        ("address_invalid", "no_at", 2, 2, None),
        ("domain_impossible", "gmial.con", 2, 3, "domain:gmail.com"),
        ("typo_domain", "gmial.com", 1, 7, "domain:gmail.com"),
    ]
    assert groups[1]["example"] == "bob@gmial.con"


@given(st.lists(st.text(max_size=30), min_size=5, max_size=5))
def test_no_cells_bring_an_error(cells):
    staged, problems = check([cell.replace("\0", "") for cell in cells])
    assert staged is None or "@" in staged.address_key
    if staged is not None:
        json.loads(staged.attributes)
    assert staged is not None or problems or not any(cell.strip() for cell in cells)
