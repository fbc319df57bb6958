from __future__ import annotations

from campaigns.messages.compile import LayoutValues, MessageSource, compile_message
from campaigns.messages.inline_css import inline_css
from campaigns.messages.layout import add_preheader

STYLE = "<style>p { color: red } @media (max-width: 9px) { p { color: blue } }</style>"


def page(body: str, style: str = STYLE) -> str:
    return f"<html><head>{style}</head><body>{body}</body></html>"


def test_rules_move_to_the_elements_and_media_queries_stay():
    inlined = inline_css(page("<p>x</p>"))
    assert '<p style="color: red;">x</p>' in inlined
    assert "@media (max-width: 9px)" in inlined


def test_html_without_styles_is_untouched():
    assert inline_css("<p>{{ a }}<br>") == "<p>{{ a }}<br>"


def test_liquid_stays_where_it_was():
    body = (
        '<p title="{{ a | default: "x>y" }}" {% if b %}data-b{% endif %}>{{ c }} &amp; {% if d %}<b>e</b>{% endif %}</p>'
        "<table>{% for i in (1..3) %}<tr>{% if i %}<td>{{ i }}</td>{% endif %}</tr>{% endfor %}</table>"
        '<a href="{{ url }}">x</a><!-- {{ note }} -->'
    )
    inlined = inline_css(page(body))
    for wanted in (
        'title="{{ a | default: "x>y" }}"',
        "{% if b %}",
        "{{ c }} &amp; {% if d %}<b>e</b>{% endif %}</p>",
        "{% for i in (1..3) %}<tr>{% if i %}<td>{{ i }}</td>{% endif %}</tr>{% endfor %}",
        '<a href="{{ url }}">',
        "<!-- {{ note }} -->",
    ):
        assert wanted in inlined


def test_liquid_in_styles_and_titles_survives():
    inlined = inline_css(
        page("<p>x</p>", "<title>{{ t }}</title>" + STYLE + "<style>@media print { p { color: {{ c }} } }</style>")
    )
    assert "<title>{{ t }}</title>" in inlined
    assert "{{ c }}" in inlined


def test_html_whose_liquid_would_get_lost_stays_as_it_is():
    torn = page(
        '<p class="a" {% if b %}class="b"{% endif %} {% if b %}class="c"{% endif %}>x</p>',
        STYLE + "<style>{{ gone }}</style>",
    )
    assert inline_css(torn).count("{{ gone }}") == 1


def test_remote_stylesheets_are_not_fetched():
    linked = page("<p>x</p>", '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">' + STYLE)
    assert 'style="color: red;"' in inline_css(linked)


def test_a_preheader_opens_the_body_and_is_escaped():
    document = add_preheader("<html><body class='x'><p>y</p></body></html>", "R&D <3 {{ a }}")
    assert document.startswith("<html><body class='x'><div style=\"display:none")
    assert "R&amp;D &lt;3 {{ a }}" in document
    assert add_preheader("<p>x</p>", " ") == "<p>x</p>"


def markdown_message(**layout: str) -> MessageSource:
    return MessageSource("Hi", "markdown", "Hello {{ a }}", preheader="Peek", layout=LayoutValues(**layout))  # type: ignore[arg-type]


def test_the_house_layout_shows_its_values_and_reads_none_as_liquid():
    compiled = compile_message(
        markdown_message(
            organisation="A {{ b }} & <i>", address="1 Street\nTown {%", footer="{{{", logo_url="https://x.org/l.png"
        )
    )
    rendered = compiled.render({"a": "A", "b": "B", "unsubscribe_url": "https://x.org/u"})
    assert "A {{ b }} &amp; &lt;i&gt;" in rendered.html
    assert "1 Street<br>\nTown {%" in rendered.html
    assert 'src="https://x.org/l.png"' in rendered.html
    assert 'href="https://x.org/u"' in rendered.html
    assert rendered.text == "Hello A\n\n-- \n{{{\nA {{ b }} & <i>\n1 Street\nTown {%\nUnsubscribe: https://x.org/u\n"


def test_the_unsubscribe_link_can_be_left_out():
    rendered = compile_message(markdown_message(unsubscribe_label="")).render({"a": "A"})
    assert "nsubscribe" not in rendered.html + rendered.text
    assert rendered.text == "Hello A\n"


def test_typed_text_gets_the_foot_unless_it_has_the_link():
    layout = LayoutValues(organisation="Acme")
    without, with_link = (
        MessageSource("Hi", "markdown", "Hello", text_body=text, layout=layout)
        for text in ("Hey", "Hey {{ unsubscribe_url }}")
    )
    values = {"unsubscribe_url": "https://x.org/u"}
    assert compile_message(without).render(values).text == "Hey\n\n-- \nAcme\nUnsubscribe: https://x.org/u\n"
    assert compile_message(with_link).render(values).text == "Hey https://x.org/u"
