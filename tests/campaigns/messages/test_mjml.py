from __future__ import annotations

import pytest

from campaigns.messages.compile import MessageSource, compile_message
from campaigns.messages.mjml import render_mjml
from campaigns.messages.problems import TemplateInvalid


def body(inside: str, head: str = "") -> str:
    return f"<mjml>{head}<mj-body>{inside}</mj-body></mjml>"


def column(inside: str) -> str:
    return body(f"<mj-section><mj-column>{inside}</mj-column></mj-section>")


def problems_of(source: str) -> list[tuple[str, int, int]]:
    with pytest.raises(TemplateInvalid) as refused:
        render_mjml(source)
    return [(problem.code, problem.line, problem.column) for problem in refused.value.problems]


def words_of(source: str) -> str:
    with pytest.raises(TemplateInvalid) as refused:
        render_mjml(source)
    return str(refused.value)


def rendered(source: str, **values: str) -> str:
    return compile_message(MessageSource("Hello", "mjml", source)).render(values).html


def test_liquid_survives_in_text_attributes_and_around_blocks():
    html = render_mjml(
        body(
            '{% if gold %}<mj-section background-color="{{ tone | default: "red" }}"><mj-column>'
            '<mj-text>Dear {{ name }},<br>{% if x %}y{% endif %}</mj-text><mj-button href="{{ url }}">Go</mj-button>'
            "</mj-column></mj-section>{% else %}<mj-section></mj-section>{% endif %}"
        )
    )
    for kept in ("{% if gold %}", '{{ tone | default: "red" }}', "{{ name }}", "{% if x %}y{% endif %}", "{% else %}"):
        assert kept in html
    assert 'href="{{ url }}"' in html


def test_a_block_around_sections_shows_or_hides_them():
    source = body(
        "{% if plan == 'gold' %}<mj-section><mj-column><mj-text>Thank you</mj-text></mj-column></mj-section>{% endif %}"
        "<mj-section><mj-column><mj-text>Dear {{ name }}</mj-text></mj-column></mj-section>"
    )
    assert "Thank you" in rendered(source, plan="gold")
    others = rendered(source, plan="tin", name="Zoë <b>")
    assert "Thank you" not in others
    assert "Dear Zoë &lt;b&gt;" in others


def test_a_loop_around_columns_repeats_them():
    source = body(
        "<mj-section>{% assign all = 'a,b' | split: ',' %}{% for one in all %}<mj-column>"
        "<mj-text>[{{ one }}]</mj-text></mj-column>{% endfor %}</mj-section>"
    )
    html = rendered(source)
    assert "[a]" in html
    assert "[b]" in html


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<mjml>\n<mj-body>\n  <mj-txt /></mj-body></mjml>", [("mjml_unknown_tag", 3, 3)]),
        (column("\n<p>no</p>"), [("mjml_unknown_tag", 2, 1), ("mjml_text", 2, 4)]),
        (column('\n<mj-text colr="red">x</mj-text>'), [("mjml_attribute", 2, 10)]),
        (column('\n<mj-text color="red" color="blue">x</mj-text>'), [("mjml_twice", 2, 22)]),
        (body("\n<mj-text>x</mj-text>"), [("mjml_misplaced", 2, 1)]),
        (body("\n<mj-section><mj-section /></mj-section>"), [("mjml_misplaced", 2, 13)]),
        (body("\n\nhello"), [("mjml_text", 3, 1)]),
        (body("\n{{ name }}"), [("mjml_text", 2, 1)]),
        (body("\n<mj-section>"), [("mjml_not_closed", 2, 1)]),
        (body("\n</mj-section>"), [("mjml_not_opened", 2, 1)]),
        (body("\n<mj-section padding=5></mj-section>"), [("mjml_broken", 2, 13)]),
        (body('\n<mj-section padding="5'), [("mjml_broken", 2, 13)]),
        (column("\n<mj-text>never ends"), [("mjml_broken", 2, 1)]),
        (body("\n<!-- never ends"), [("mjml_broken", 2, 1)]),
        (column("\n<mj-text><div>" + "<div>" * 200 + "</mj-text>"), [("markup", 2, 0)]),
        ("<p>html</p>", [("mjml_unknown_tag", 1, 1), ("mjml_text", 1, 4), ("mjml_no_body", 1, 1)]),
        ("{% if x %}" + body("") + "{% endif %}", [("mjml_liquid", 1, 1), ("mjml_liquid", 1, 43)]),
        (body("\n<mj-section {% if x %}padding='0'{% endif %}></mj-section>"), [("mjml_broken", 2, 13)]),
        (body("\n{% if x %}<mj-section>{% endif %}</mj-section>"), [("mjml_liquid", 2, 23)]),
        (body("<mj-section>\n{% if x %}</mj-section>{% endif %}"), [("mjml_not_closed", 2, 1)]),
        (column('\n<mj-social><mj-social-element name="facebook">F</mj-social-element></mj-social>'), [("mjml_no_src", 2, 12)]),
    ],
)  # fmt: skip
def test_what_is_no_mjml_is_refused_at_its_place(source, expected):
    found = problems_of(source)
    assert found[: len(expected)] == expected


def test_a_near_name_is_offered():
    assert "Did you mean <mj-text>?" in words_of(column("<mj-txt>x</mj-txt>"))
    assert "Did you mean “color”?" in words_of(column('<mj-text colr="red">x</mj-text>'))


@pytest.mark.parametrize("path", ["/etc/passwd", "https://example.org/x.mjml", "{{ first_name }}"])
def test_no_file_is_included(path):
    assert "cannot load files" in words_of(body(f'<mj-include path="{path}" />'))


def test_deep_nesting_is_refused_before_the_compiler_sees_it():
    assert "mjml_misplaced" in {
        code for code, _line, _column in problems_of("<mjml><mj-body>" + "<mj-wrapper>" * 5_000)
    }
    assert problems_of(column("<mj-raw>" + "<b>" * 5_000 + "</mj-raw>"))[0][0] == "markup"


def test_nothing_is_loaded_from_elsewhere():
    html = render_mjml(column("<mj-text>x</mj-text><mj-button>y</mj-button>"))
    assert "fonts.googleapis" not in html
    assert "http://" not in html.replace("http://www.w3.org/1999/xhtml", "")


def test_an_inline_style_reaches_the_elements_and_no_liquid_is_lost():
    head = '<mj-head><mj-style inline="inline">.loud { color: red }</mj-style></mj-head>'
    html = render_mjml(
        body(
            "<mj-section><mj-column>{% for i in (1..2) %}<mj-text><p class='loud'>{{ i }}</p></mj-text>{% endfor %}"
            "<mj-table><tr>{% if x %}<td class='loud'>{{ x }}</td>{% endif %}</tr></mj-table></mj-column></mj-section>",
            head,
        )
    )
    assert html.count("color: red") == 2
    assert "<tbody>{% for i in (1..2) %}<tr>" in html
    assert ">{% if x %}<td" in html


def test_liquid_in_an_inline_style_is_refused():
    head = '<mj-head><mj-style inline="inline">.x { color: {{ tone }} }</mj-style></mj-head>'
    assert [code for code, _line, _column in problems_of(body("", head))] == ["mjml_liquid"]


def test_the_text_part_and_the_hidden_line_are_made_as_for_html():
    source = MessageSource("S", "mjml", column("<mj-text>Dear {{ name }}</mj-text>"), preheader="Soon, {{ name }}")
    message = compile_message(source).render({"name": "Zoë"})
    assert message.text == "Dear Zoë\n"
    assert "Soon, Zoë" in message.html


def test_what_looks_like_liquid_only_in_html_stays_text():
    assert "&#123;&#123; x }}" in rendered(column("<mj-text>&#123;&#123; x }}</mj-text>"), x="no")


def test_a_title_with_a_quote_stays_in_its_attribute():
    html = rendered(body("", '<mj-head><mj-title>5" & more</mj-title></mj-head>'))
    assert "<title>5&quot; &amp; more</title>" in html
    assert 'aria-label="5&quot; &amp; more"' in html
