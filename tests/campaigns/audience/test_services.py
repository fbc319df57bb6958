from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from campaigns.audience import services
from campaigns.audience.attribute_forms import parse_attributes
from campaigns.audience.forms import split_tags
from campaigns.audience.models import ContactList
from portal.errors import InvalidInput

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 121])
def test_a_list_needs_a_usable_name(name):
    with pytest.raises(InvalidInput):
        services.get_or_create_list(name)


def test_a_list_of_that_name_is_used_again():
    made = services.get_or_create_list("Members  2026")
    assert services.get_or_create_list(" Members 2026 ").pk == made.pk
    assert ContactList.objects.count() == 1


def test_attributes_are_read_line_by_line():
    assert parse_attributes("city: Oldtown\n\nseat: 12: A\nempty:\n") == {"city": "Oldtown", "seat": "12: A"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("city Oldtown", "Line 1 has no colon"),
        ("city: a\nCity: b", "Line 2"),
        ("address: x@y.example", "Line 1"),
        ("city: a\ncity: b", "twice"),
    ],
)
def test_attributes_that_cannot_be_say_which_line(lines, said):
    with pytest.raises(ValidationError, match=said):
        parse_attributes(lines)


def test_tags_stand_between_commas():
    assert split_tags(" choir, board ,, choir,first  row") == ["choir", "board", "first row"]
