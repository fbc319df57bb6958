from __future__ import annotations

import pytest
from django.utils import translation

from portal.address_words import address_problem
from portal.mail.address import _TEXTS, InvalidAddress


@pytest.mark.parametrize("code", _TEXTS)
def test_each_problem_is_said_in_english_as_the_address_itself_says_it_and_in_german(code):
    error = InvalidAddress(code, "x")
    with translation.override("en"):
        assert address_problem(error) == str(error)
    with translation.override("de"):
        assert address_problem(error) != str(error)
