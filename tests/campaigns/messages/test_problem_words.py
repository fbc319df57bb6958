from __future__ import annotations

import pytest
from django.utils import translation

from campaigns.messages.compile import compile_message
from campaigns.messages.problem_words import _SENTENCES, _pattern, said
from campaigns.messages.problems import BODY, Problem, TemplateInvalid
from campaigns.messages.source import LayoutValues, MessageSource

BROKEN = [
    "",
    "{{ name",
    "{{ }}",
    "{{ name | shout }}",
    "{{ name.first }}",
    "{{ 1 + }}",
    "{% if a %}",
    "{% endif %}",
    "{% else %}",
    "{% break %}",
    "{% include 'x' %}",
    "{% nonsense %}",
    "{% raw %}",
    "{% if a %}" * 60,
    "x" * 2_000_000,
    "<a " + 'b="c" ' * 2_000 + ">",
    "<div>" * 400,
    '{% render "nothing" %}',
]


def problems_of(source: MessageSource) -> list[Problem]:
    with pytest.raises(TemplateInvalid) as caught:
        compile_message(source)
    return list(caught.value.problems)


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: body[:20])
def test_what_is_wrong_with_a_message_is_said_in_german(body):
    for problem in problems_of(MessageSource(subject="S", kind="html", body=body)):
        with translation.override("de"):
            assert said(problem) != problem.message
        with translation.override("en"):
            assert said(problem) == problem.message


def test_names_and_numbers_come_over_unchanged():
    problem = problems_of(MessageSource(subject="S", kind="html", body="{{ a | shout }}"))[0]
    with translation.override("de"):
        assert "„shout“" in said(problem)


def test_a_sentence_of_no_known_form_stays_as_it_is():
    with translation.override("de"):
        assert said(Problem("new", BODY, 1, "Quite new.")) == "Quite new."


def test_a_layout_is_judged_in_german_too():
    layout = LayoutValues(accent_colour="red", logo_url="ftp://x", language="?")
    with translation.override("de"):
        assert all(said(problem) != problem.message for problem in layout.problems())


@pytest.mark.parametrize("sentence", _SENTENCES)
def test_each_form_recognises_itself(sentence):
    assert _pattern(sentence).fullmatch(sentence)
