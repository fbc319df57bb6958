from __future__ import annotations

import pytest

from campaigns.importing.problems import ProblemCode
from campaigns.importing.wording import describe_fix, describe_problem


@pytest.mark.parametrize("code", list(ProblemCode))
def test_every_problem_has_its_words(code):
    assert str(describe_problem({"code": code.value}))


def test_a_workbook_and_a_domain_are_named():
    assert "Excel" in str(describe_problem({"code": "not_csv", "value": "xlsx"}))
    assert "gmial.con" in str(describe_problem({"code": "domain_impossible", "value": "gmial.con"}))
    assert "no @" in str(describe_problem({"code": "address_invalid", "value": "no_at"}))


def test_fixes_say_what_they_do():
    assert (
        describe_fix({"code": "typo_domain", "value": "gmial.com", "fix": "domain:gmail.com"})
        == "gmial.com → gmail.com"
    )
    assert "cp1252" in str(describe_fix({"code": "undecodable", "fix": "encoding:cp1252"}))
    assert describe_fix({"code": "duplicate"}) == ""
