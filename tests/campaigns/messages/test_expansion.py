from __future__ import annotations

import pytest

from campaigns.messages.compile import LayoutValues, MessageSource, compile_message
from campaigns.messages.expansion import snippet_names, snippet_problems
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.scan import MAX_SOURCE_CHARS
from campaigns.messages.source import SnippetKind, SnippetSource
from campaigns.messages.variables import variables_of_message

HOURS = SnippetSource("hours", "markdown", "* Monday, **{{ name }}**\n* Tuesday")
SEAL = SnippetSource("seal", "html", "<p>Sealed</p>\n\n    <p>by us</p>")


def snippet(name: str, body: str, kind: SnippetKind = "markdown") -> SnippetSource:
    return SnippetSource(name, kind, body)


def render(body: str, *snippets: SnippetSource, kind="markdown", **parts):
    source = MessageSource(**({"subject": "S", "kind": kind, "body": body, "snippets": snippets} | parts))
    return compile_message(source).render({"name": "Zoë"})


def problems_of(body: str, *snippets: SnippetSource, **parts) -> list[tuple[str, str, int, int]]:
    with pytest.raises(TemplateInvalid) as refused:
        render(body, *snippets, **parts)
    return [(found.code, found.place, found.line, found.column) for found in refused.value.problems]


def test_a_snippet_stands_where_it_is_named():
    message = render('Open:\n\n{% render "hours" %}\n\nBye', HOURS)
    assert "<strong>Zoë</strong>" in message.html
    assert "- Monday, Zoë\n- Tuesday" in message.text


def test_a_snippet_on_a_line_of_its_own_is_a_paragraph_of_its_own():
    assert "<li" in render("Open:\n{% render 'hours' %}\nBye", HOURS).html
    assert "<li" in render("one\n\n{%- render 'hours' -%}\n\ntwo", snippet("hours", "\n\n* x\n\n")).html


def test_markdown_in_html_and_mjml_becomes_html():
    column = "<mj-section><mj-column><mj-text>{% render 'hours' %}</mj-text></mj-column></mj-section>"
    mjml = f"<mjml><mj-body>{column}</mj-body></mjml>"
    for kind, body in (("html", "<div>{% render 'hours' %}</div>"), ("mjml", mjml)):
        assert "<li>Monday, <strong>Zoë</strong></li>" in render(body, HOURS, kind=kind).html


def test_mjml_blocks_can_be_a_snippet():
    block = snippet("block", "<mj-section><mj-column><mj-text>Sealed</mj-text></mj-column></mj-section>", "html")
    assert "Sealed</div>" in render("<mjml><mj-body>{% render 'block' %}</mj-body></mjml>", block, kind="mjml").html


def test_indented_html_does_not_become_code_in_markdown():
    html = render("Dear\n\n{% render 'seal' %}\n\n**Bye**", SEAL).html
    assert "<pre" not in html
    assert "<strong>Bye</strong>" in html


def test_subject_and_plain_text_take_a_snippet_as_text():
    message = render("x", HOURS, SEAL, subject="{% render 'hours' %}", text_body="{% render 'seal' %}")
    assert message.subject == "- Monday, Zoë - Tuesday"
    assert message.text.startswith("Sealed\n\nby us")


def test_snippets_use_snippets():
    outer = snippet("outer", "<b>{% render 'hours' %}</b>", "html")
    assert "<li>Tuesday</li>" in render("{% render 'outer' %}", outer, HOURS, kind="html").html


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a\n{% render 'none' %}", ("unknown_snippet", "body", 2, 1)),
        ("a\n b {% render hours %}", ("snippet_name", "body", 2, 4)),
        ("{% render 'hours', day: 1 %}", ("snippet_name", "body", 1, 1)),
        ("{% render 'hours' %}\n{% render 'hours' %}\n{{ y | nothing }}", ("unknown_filter", "body", 3, 8)),
        ("{% render 'bad' %}", ("unknown_filter", "snippet:bad", 3, 8)),
        ("{% render 'open' %}", ("not_closed", "snippet:open", 2, 1)),
        ("{% render 'one' %}", ("snippet_loop", "snippet:two", 2, 1)),
        ("{{ layout_footer | upcase }}", ("layout_word", "body", 1, 1)),
        ("{% if layout_logo_url %}x{% endif %}", ("layout_word", "body", 1, 1)),
    ],
)
def test_a_problem_is_told_where_it_was_typed(body, expected):
    known = (
        HOURS,
        snippet("bad", "one\n\n{{ x | nothing }}"),
        snippet("open", "one\n{% if x %}"),
        snippet("one", "{% render 'two' %}"),
        snippet("two", "\n{% render 'one' %}"),
    )
    assert expected in problems_of(body, *known)


def test_a_block_cannot_be_closed_by_a_snippet():
    end = snippet("end", "{% endif %}")
    assert ("not_opened", "snippet:end", 1, 1) in problems_of("{% if x %}a{% render 'end' %}", end)


def test_two_texts_do_not_meet_as_liquid():
    brace = snippet("brace", "{", "html")
    assert "<p>{{ name }}</p>" in render("<p>{% render 'brace' %}{ name }}</p>", brace, kind="html").html


def test_raw_text_puts_nothing_in():
    assert "{% render 'hours' %}" in render("<p>{% raw %}{% render 'hours' %}{% endraw %}</p>", HOURS, kind="html").html


def test_the_limits_hold_with_snippets():
    tower = [snippet(f"s{number}", f"{{% render 's{number + 1}' %}}" * 10) for number in range(9)]
    codes = {code for code, *_where in problems_of("{% render 's0' %}", *tower, snippet("s9", "x" * 1_000))}
    assert codes & {"snippet_deep", "too_long"}
    large = snippet("large", "y" * (MAX_SOURCE_CHARS - 100))
    assert {code for code, *_where in problems_of("{% render 'large' %}" * 2, large)} == {"too_long"}
    many = problems_of("{% render 'hours' %}" * 300, HOURS)
    assert {code for code, *_where in many} == {"too_long"}
    heavy = snippet("heavy", "{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}")
    assert {code for code, *_where in problems_of("{% render 'heavy' %}", heavy)} == {"too_much"}


def test_variables_in_a_snippet_are_told_by_their_place():
    source = MessageSource(
        "S", "html", "a\n{% render 'hours' %}\n{{ z }}", snippets=(snippet("hours", "{{ x }}", "html"),)
    )
    assert [(use.name, use.place, use.line) for use in variables_of_message(source)] == [
        ("x", "snippet:hours", 1),
        ("z", "body", 3),
    ]


def test_values_of_the_layout_are_put_in_as_plain_text():
    layout = LayoutValues(address="1 Mill <Lane> {{ name }}", accent_colour="#123456")
    message = render(
        '<p style="color:{{ layout_accent_color }}">{{ layout_address }}</p>',
        kind="html",
        layout=layout,
        text_body="{{ layout_address }}",
    )
    assert 'style="color:#123456"' in message.html
    assert "1 Mill &lt;Lane&gt; {{ name }}" in message.html
    assert message.text == "1 Mill <Lane> {{ name }}"


def test_a_snippet_is_checked_before_it_is_saved():
    assert snippet_problems(HOURS, ()) == []
    loop = snippet("hours", "{% render 'other' %}")
    found = snippet_problems(loop, [HOURS, snippet("other", "{% render 'hours' %}")])
    assert [(problem.code, problem.place) for problem in found] == [("snippet_loop", "snippet:other")]


def test_names_are_read_from_tags_only():
    assert snippet_names("render 'x' {% render \"a\" %}{% raw %}{% render 'b' %}{% endraw %}") == ["a"]
    assert snippet_names("{% render 'a'") == []
