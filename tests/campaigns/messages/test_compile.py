from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from campaigns.messages.compile import (
    LayoutValues,
    MessageSource,
    RenderingRefused,
    TemplateInvalid,
    compile_composed,
    compile_message,
)
from campaigns.messages.compose import ComposedMessage
from campaigns.messages.liquid import HTML, PLAIN

PERSON = {
    "first_name": "Zoë <b>",
    "city": "Wien",
    "plan": "Gold",
    "url": "https://example.org/?a=1&b=2",
    "unsubscribe_url": "https://example.org/u/1",
}


def source(**parts) -> MessageSource:
    wanted: dict[str, Any] = {"subject": "Hello", "kind": "html", "body": "<p>Hello</p>"}
    return MessageSource(**(wanted | parts))


def compose(subject: str = "Hello", html: str = "<p>x</p>", text: str = "x") -> ComposedMessage:
    return ComposedMessage(subject, html, text)


def fill_like_ses(template: str, values: dict[str, str]) -> str:
    """Replace placeholders as a template engine does: once, without escaping, without reading the result again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match.group(1)], template)


TEMPLATES = st.lists(
    st.sampled_from(
        [
            "{{ first_name }}",
            "{{first_name | default: 'friend'}}",
            "{{ nobody | default: '<i>you</i>' }}",
            "{{ city | upcase }}",
            "{% if plan == 'Gold' %}gold {{ first_name }}{% else %}other{% endif %}",
            "{% assign city = 'Graz' %}",
            "{% assign both = first_name | append: city %}",
            "{% capture note %}({{ city }}){% endcapture %}",
            "{{ both }}",
            "{{ note }}",
            "{% for i in (1..3) %}{{ i }}{% endfor %}",
            "{%- comment -%}x{%- endcomment -%}",
            "{% raw %}{{ x }}{% endraw %}",
            " text ",
            "{",
            "}",
            "\\",
            "}}",
            "\n",
            "é",
        ]
    ),
    max_size=12,
).map("".join)
VALUES = st.dictionaries(
    st.sampled_from(["first_name", "city", "plan"]),
    st.sampled_from(["", " ", "Zoë", "<b>&", "Gold", "{{ x }}", "a\nb"]),
)


def is_template(text: str) -> bool:
    try:
        PLAIN.parse(text, place="body")
    except TemplateInvalid:
        return False
    return True


@settings(deadline=None, max_examples=200)
@given(template=TEMPLATES.filter(is_template), values=VALUES)
def test_compiled_text_is_what_liquid_renders(template, values):
    compiled = compile_composed(compose(html=template, text=template))
    rendered = compiled.render(values)

    present = {name: value for name, value in values.items() if value.strip()}
    assert rendered.html == HTML.render(HTML.parse(template, place="body"), present)
    assert rendered.text == PLAIN.render(PLAIN.parse(template, place="text"), present)


@settings(deadline=None, max_examples=200)
@given(template=TEMPLATES.filter(is_template), values=VALUES)
def test_the_bulk_template_filled_is_the_rendered_message(template, values):
    compiled = compile_composed(compose(html=template, text=template))
    bulk, data, rendered = compiled.bulk_template(), compiled.bulk_values(values), compiled.render(values)

    assert fill_like_ses(bulk.html, data) == rendered.html
    assert fill_like_ses(bulk.text, data) == rendered.text
    assert fill_like_ses(bulk.subject, data) == rendered.subject
    for part in (bulk.subject, bulk.html, bulk.text):
        assert "{{{" not in part
        assert "\\{{" not in part
        assert set(re.findall(r"\{\{(.*?)\}\}", part)) <= set(data)


def test_values_are_escaped_in_html_only():
    compiled = compile_message(source(subject="For {{ first_name }}", body="<p>{{ first_name }}</p>"))
    rendered = compiled.render(PERSON)

    assert rendered.html == "<p>Zoë &lt;b&gt;</p>"
    assert rendered.text == "Zoë <b>\n"
    assert rendered.subject == "For Zoë <b>"


def test_a_person_cannot_put_placeholders_into_the_bulk_template():
    compiled = compile_message(source(body="<p>{{ first_name }}{{ city }}</p>"))
    values = compiled.bulk_values({"first_name": "{{h1}}", "city": "secret"})

    assert fill_like_ses(compiled.bulk_template().html, values) == "<p>{{h1}}secret</p>"


@pytest.mark.parametrize("value", ["a\r\nBcc: b@x.org", "a\nb", "a\rb", "a\x0bb", "a\u2028b", "a\x85b", "a\x00b"])
def test_a_value_never_breaks_the_subject(value):
    for template in ("Hi {{ name }}", "Hi {% if name %}{{ name }}{% endif %}", "Hi {{ name | append: '' }}"):
        subject = compile_message(source(subject=template)).render({"name": value}).subject
        assert subject == subject.translate(dict.fromkeys(range(32)))
        assert len(subject.splitlines()) == 1


def test_the_same_value_is_worked_out_once():
    compiled = compile_message(source(body="<p>{{ first_name }} {{ first_name }} {{first_name}}</p>"))
    assert len([key for key in compiled.bulk_values(PERSON) if key.startswith("h")]) == 1


def test_what_assign_sets_reaches_only_what_comes_after():
    template = "{{ city }}{% assign city = 'Graz' %}{{ city }}{% if city == 'Graz' %}!{% endif %}"
    assert compile_composed(compose(text=template)).render(PERSON).text == "WienGraz!"


@pytest.mark.parametrize(
    ("parts", "problems"),
    [
        ({"subject": " "}, [("empty_subject", "subject", 0)]),
        ({"subject": "a\nb"}, [("line_break", "subject", 1)]),
        ({"subject": "a\u2028b"}, [("line_break", "subject", 1)]),
        ({"subject": "a\x00b"}, [("control_character", "subject", 1)]),
        ({"body": " \n"}, [("empty_body", "body", 0)]),
        ({"subject": "{{ a.b }}", "body": "x\n{{ c | d }}"}, [("attribute", "subject", 1), ("unknown_filter", "body", 2)]),
        ({"preheader": "{% if %}", "text_body": "\n\n{{"}, [("not_closed", "preheader", 1), ("not_closed", "text", 3)]),
        ({"body": "{% for i in (1..99999999) %}x{% endfor %}"}, [("too_much", "body", 1)]),
        ({"body": "{{ 1 | divided_by: 0 }}"}, [("cannot_render", "body", 1)]),
        ({"kind": "markdown", "layout": LayoutValues(accent_colour="red;}")}, [("bad_colour", "layout", 0)]),
        ({"kind": "markdown", "layout": LayoutValues(logo_url='x" onload="')}, [("bad_logo_url", "layout", 0)]),
    ],
)  # fmt: skip
def test_every_problem_of_a_message_is_named(parts, problems):
    with pytest.raises(TemplateInvalid) as refused:
        compile_message(source(**parts))
    found = [(problem.code, problem.place, problem.line) for problem in refused.value.problems]
    assert found == problems


def test_a_template_that_only_some_values_break_compiles():
    compiled = compile_message(source(body="{{ 10 | divided_by: points }}"))
    assert compiled.render({"points": "5"}).html == "2"
    with pytest.raises(RenderingRefused):
        compiled.render({"points": "0"})


def test_one_person_too_much_is_refused_alone():
    compiled = compile_message(source(body="{{ note | upcase }}"))
    with pytest.raises(RenderingRefused) as refused:
        compiled.render({"note": "x" * 1_000_000})
    assert refused.value.problem.code == "too_much"
    assert compiled.render({"note": "x"}).html == "X"


def test_typed_text_is_used_instead_of_derived():
    compiled = compile_message(source(text_body="Hello {{ city }}"))
    assert compiled.render(PERSON).text == "Hello Wien"


@pytest.mark.parametrize("body", ["{{ a }}" * 1000, "&" * 120_000])
def test_a_message_that_outgrows_the_limits_only_with_its_layout_is_refused_in_words(body):
    with pytest.raises(TemplateInvalid) as refused:
        compile_message(source(kind="markdown", body=body))
    assert refused.value.problems[0].code == "too_long"
