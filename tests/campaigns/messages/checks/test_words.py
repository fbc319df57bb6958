from __future__ import annotations

import pytest

from campaigns.messages.checks import Level, check_message
from campaigns.messages.source import MessageSource
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db


def source(body="Hello", *, subject="News", kind="markdown", **parts):
    return MessageSource(subject=subject, kind=kind, body=body, **parts)


def found(checked, code):
    return [check for check in checked if check.code == code]


def test_a_template_error_names_place_and_line_and_blocks():
    [check] = check_message(source("Dear friend,\n\n{{ first_name"))
    assert check.level is Level.BAD
    assert check.where == "Message, line 3"


@pytest.mark.parametrize("parts", [{"subject": " "}, {"body": "\n"}])
def test_an_empty_part_blocks(parts):
    assert [check.level for check in check_message(source(**parts))] == [Level.BAD]


def test_a_name_that_no_contact_has_blocks_and_is_named_with_its_line():
    make_contact(attributes={"city": "Oldtown"})
    [check] = found(
        check_message(source("Dear {{ first_name }} of {{ city }},\n\nyour seat is {{ seet }}")), "unknown_name"
    )
    assert check.level is Level.BAD
    assert check.line == 3
    assert "“seet”" in check.text


def test_names_that_some_contact_has_are_fine():
    make_contact(attributes={"city": "Oldtown"})
    checked = check_message(source("{{ city | default: 'x' }} {{ last_name }}"))
    assert not found(checked, "unknown_name")
    assert found(checked, "known_names")


def test_own_html_without_an_unsubscribe_link_is_warned_of():
    assert found(check_message(source("<p>Hello</p>", kind="html")), "no_unsubscribe")
    assert found(check_message(source('<a href="{{ unsubscribe_url }}">x</a>', kind="html")), "unsubscribe")
    assert found(check_message(source()), "unsubscribe")


def test_a_message_that_gmail_would_cut_is_warned_of():
    assert found(check_message(source("<p>" + "word " * 20_500 + "</p>", kind="html")), "too_large")
