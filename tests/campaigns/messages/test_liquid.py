from __future__ import annotations

import pytest

from campaigns.messages.liquid import HTML, PLAIN, Liquid
from campaigns.messages.problems import RenderingRefused, TemplateInvalid

PERSON = {"first_name": "Zoë", "city": " ", "points": "120", "plan": "Gold", "tags": "a, b,c", "html": "<b>&\"'"}


def plain(template: str) -> str:
    return PLAIN.render(PLAIN.parse(template, place="body"), PERSON)


def html(template: str) -> str:
    return HTML.render(HTML.parse(template, place="body"), PERSON)


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("{{first_name}}", "Zoë"),
        ("{{ first_name | default: 'friend' }}", "Zoë"),
        ('{{ nickname | default: "friend" }}', "friend"),
        ("{{ city | default: 'your town' }}", "your town"),
        ("{% if first_name %}yes{% else %}no{% endif %}", "yes"),
        ("{% if city %}yes{% else %}no{% endif %}", "no"),
        ("{% if city == blank and nickname == '' and nickname == nil %}none{% endif %}", "none"),
        ("{% if plan == 'Gold' or plan == 'Silver' %}metal{% endif %}", "metal"),
        ("{% unless plan == 'Gold' %}a{% elsif points > 100 %}b{% endunless %}", "b"),
        ("{% if points > 20 and points >= 120 and points <= 120.0 and points == 120 %}many{% endif %}", "many"),
        ("{% if points < 20 %}few{% elsif plan > 20 %}odd{% else %}else{% endif %}", "else"),
        ("{% if plan contains 'old' %}gilt{% endif %}", "gilt"),
        ("{% case plan %}{% when 'Silver', 'Gold' %}metal{% when 'Gold' %}twice{% else %}paper{% endcase %}", "metal"),
        ("{% case city %}{% when 'Wien' %}W{% else %}elsewhere{% endcase %}", "elsewhere"),
        ("{% assign list = tags | split: ',' %}{% for t in list %}{{ forloop.index }}{{ t | strip }} {% endfor %}", "1a 2b 3c "),
        ("{% for i in (1..9) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "12"),
        ("{% capture who %}Dear {{ first_name }}{% endcapture %}{{ who }}, {{ who | upcase }}", "Dear Zoë, DEAR ZOË"),
        ("a  {%- if plan -%}  b  {%- endif -%}  c", "abc"),
        ("{% raw %}{{ first_name }}{% endraw %}", "{{ first_name }}"),
        ("x{% comment %}{{ nothing | at all }}{% endcomment %}{% # nor here %}y", "xy"),
        ("{{ ['first_name'] }}", "Zoë"),
        ("{{ points | plus: 5 }} {{ points | divided_by: 7 }} {{ points | times: 1.5 }} {{ points | modulo: 7 }}", "125 17 180 1"),
        ("{{ 'x' | plus: 1 }} {{ points | minus: plan }} {{ 2.345 | round: 2 }} {{ 'word' | round }}", "1 120 2.35 word"),
        ("{{ first_name | append: '!' | prepend: '¡' | downcase | capitalize | upcase }}", "¡ZOË!"),
        ("{{ 'one two three' | truncatewords: 2 }} {{ 'abcdef' | truncate: 4 }} {{ 'abc' | truncate: 3 }}", "one two… abc… abc"),
        ("{{ 'abc' | slice: 1 }}{{ 'abc' | slice: -2, 2 }}{{ 'abc' | first }}{{ 'abc' | last }}{{ 'abc' | size }}", "bbcac3"),
        ("{{ tags | split: ',' | join: '+' }} {{ 'a-b-a' | replace: 'a', 'x' }} {{ 'aba' | remove_first: 'a' }}", "a+ b+c x-b-x ba"),
        ("{{ 'a b&c' | url_encode }} {{ 'x' | escape }}", "a+b%26c x"),
        ("{{ '2026-11-22' | date: '%d.%m.%Y' }} {{ 'soon' | date: '%Y' }}", "22.11.2026 soon"),
        ("{{ html }}", "<b>&\"'"),
        ("{{ true }} {{ 3 }} {{ nil }} {{ (1..3) }}", "true 3  1..3"),
    ],
)  # fmt: skip
def test_a_template_says_what_its_writer_meant(template, rendered):
    assert plain(template) == rendered


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("{{ html }}", "&lt;b&gt;&amp;&#34;&#39;"),
        ("<i>{{ html | upcase }}</i>", "<i>&lt;B&gt;&amp;&#34;&#39;</i>"),
        ("{{ html | append: '<br>' }}", "&lt;b&gt;&amp;&#34;&#39;<br>"),
        ("{{ '<br>' | append: html }}", "<br>&lt;b&gt;&amp;&#34;&#39;"),
        ("{{ nothing | default: html }}", "&lt;b&gt;&amp;&#34;&#39;"),
        ("{% assign x = html | replace: '<', '<<' %}{{ x }}", "&lt;&lt;b&gt;&amp;&#34;&#39;"),
        ("{% capture x %}<p>{{ html }}</p>{% endcapture %}{{ x }}", "<p>&lt;b&gt;&amp;&#34;&#39;</p>"),
        ("{{ html | escape }}", "&lt;b&gt;&amp;&#34;&#39;"),
        ("{{ html | split: '&' | join: '<hr>' }}", "&lt;b&gt;<hr>&#34;&#39;"),
        ("{{ 'a\nb' | newline_to_br }}{{ html | newline_to_br }}", "a<br>\nb&lt;b&gt;&amp;&#34;&#39;"),
        ("{% for c in html %}{{ c }}{% endfor %}", "&lt;b&gt;&amp;&#34;&#39;"),
    ],
)
def test_a_person_can_never_write_html(template, rendered):
    assert html(template) == rendered


@pytest.mark.parametrize(
    ("template", "code", "line", "words"),
    [
        ("a\nb {{ first_name", "not_closed", 2, "“{{” is opened here"),
        ("{{ first_name {{ city }}", "not_closed", 1, "“{{” is opened here"),
        ("\n\n{% if a %}", "not_closed", 3, "“{% if %}” is opened here but not closed with “{% endif %}”"),
        ("{% endif %}", "not_opened", 1, "never opened"),
        ("{% if a %}{% for x in b %}{% endif %}{% endfor %}", "wrong_order", 1, "comes before “{% endfor %}”"),
        ("{% else %}", "misplaced", 1, "outside the block"),
        ("{% for i in x %}{% if i %}{% break %}{% endif %}{% endfor %}{% break %}", "misplaced", 1, "only works inside"),
        ("{% include 'x' %}", "unknown_tag", 1, "cannot load other templates"),
        ("{% render 'x' %}", "unknown_tag", 1, "cannot load other templates"),
        ("{% increment x %}", "unknown_tag", 1, "There is no tag “increment”"),
        ("{% %}", "empty_tag", 1, "nothing between"),
        ("{{}}", "empty_tag", 1, "nothing between"),
        ("{{ a.b }}", "attribute", 1, "“a.b” reaches inside a value"),
        ("{{ a['b'] }}", "attribute", 1, "reaches inside"),
        ("{{ a[b] }}", "attribute", 1, "reaches inside"),
        ("{{ [a] }}", "attribute", 1, "reaches inside"),
        ("{{ a | append: b.c }}", "attribute", 1, "“b.c”"),
        ("{% if x.y == 1 %}{% endif %}", "attribute", 1, "“x.y”"),
        ("{% for i in x %}{{ forloop.parentloop }}{% endfor %}", "attribute", 1, "reaches inside"),
        ("{{ a | nonsense }}", "unknown_filter", 1, "There is no filter “nonsense”"),
        ("{{ a | }}", "syntax", 1, "“{{ a | }}” cannot be understood"),
        ("{% if a = 1 %}{% endif %}", "syntax", 1, "cannot be understood"),
        ("{% for x %}{% endfor %}", "syntax", 1, "cannot be understood"),
        ("{% assign %}", "syntax", 1, "cannot be understood"),
        ("{% raw %}{{ x }}", "not_closed", 1, "“{% raw %}” is opened here"),
        ("{{ " + "a" * 2000 + " }}", "not_closed", 1, "not closed"),
        ("x" * 600_000, "too_long", 1, "longer than"),
        ("{{ a }}" * 1001, "too_long", 1, "more than"),
        ("{% if a %}" * 30 + "{% endif %}" * 30, "too_deep", 1, "nested"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(template, code, line, words):
    with pytest.raises(TemplateInvalid) as refused:
        HTML.parse(template, place="body")
    problem = refused.value.problems[0]
    assert (problem.code, problem.place, problem.line) == (code, "body", line)
    assert words in problem.message


def test_every_fault_of_the_structure_is_named_at_once():
    with pytest.raises(TemplateInvalid) as refused:
        PLAIN.parse("{% if a %}\n{% foo %}\n{% endfor %}", place="text")
    assert [(problem.code, problem.line) for problem in refused.value.problems] == [
        ("unknown_tag", 2),
        ("not_opened", 3),
        ("not_closed", 1),
    ]


@pytest.mark.parametrize(
    "template",
    [
        "{{ points | round: 'many' }}",
        "{{ points | divided_by: 0 }}",
        "{{ 'x' | truncate: 'y' }}",
        "{{ '2026-11-22' | date: '%1000000d' }}",
        "{{ 'x' | append }}",
        "{{ 'x' | upcase: 1, 2 }}",
        "{% for i in (1..3) limit: plan %}{{ i }}{% endfor %}",
        "{% for i in (1..3) limit: -3 %}{{ i }}{% endfor %}",
    ],
)
@pytest.mark.parametrize("liquid", [HTML, PLAIN])
def test_what_cannot_be_worked_out_is_refused_with_its_line(liquid: Liquid, template):
    with pytest.raises(RenderingRefused) as refused:
        liquid.render(liquid.parse("\n" + template, place="body"), PERSON)
    assert refused.value.problem.code == "cannot_render"
    assert refused.value.problem.line == 2
