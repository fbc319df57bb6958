"""Templates written to read what they must not, or to cost more than a message may."""

from __future__ import annotations

import time

import pytest

from campaigns.messages.liquid import HTML, PLAIN, Liquid
from campaigns.messages.problems import RenderingRefused, TemplateInvalid

MAX_CPU_S = 0.25  # 50 ms on an idle machine; tests share theirs
TRIES = 3
MAX_OUTPUT_BYTES = 2_000_000
PERSON = {"a": "x" * 5_000, "b": "<script>", "n": "9" * 5_000, "s": "a," * 5_000, "self": "me"}

_ATTRIBUTES = [
    "__class__", "__init__", "__globals__", "__dict__", "__mro__", "__subclasses__", "__builtins__", "_meta", "password",
    "user", "objects", "delete", "save", "format", "upper", "encode", "join", "mro", "__len__", "__getitem__", "size",
    "first", "last", "items", "keys", "values", "pop", "env", "template", "globals", "locals", "scope", "loader",
]  # fmt: skip
READS = [
    shape.format(name)
    for name in _ATTRIBUTES
    for shape in ("{{{{ a.{0} }}}}", "{{{{ a['{0}'] }}}}", "{{% if a.{0} %}}x{{% endif %}}")
]
FORBIDDEN = [
    "{{ a.b.c.d }}", "{{ a[0] }}", "{{ a[a] }}", "{{ [a] }}", "{{ a[a[a[a]]] }}", "{{ forloop.parentloop }}",
    "{% include 'x' %}", "{% include a %}", "{% render '/etc/passwd' %}", "{% layout 'x' %}", "{% extends 'x' %}",
    "{% load admin_list %}", "{% import os %}", "{% block x %}{% endblock %}", "{% macro x %}{% endmacro %}", "{% call x %}",
    "{% tablerow i in (1..9) %}{% endtablerow %}", "{% cycle 'a', 'b' %}", "{% increment a %}", "{% decrement a %}",
    "{% liquid assign x = 1 %}", "{% echo a %}", "{% ifchanged %}{% endifchanged %}", "{% doc %}{% enddoc %}",
    "{% translate %}x{% endtranslate %}", "{% debug %}", "{% csrf_token %}", "{% url 'x' %}", "{% autoescape off %}",
    "{{ b | safe }}", "{{ b | escapejs }}", "{{ b | base64_decode }}", "{{ b | strip_html }}", "{{ a | center: 50000000 }}",
    "{{ a | map: '__class__' }}", "{{ a | where: 'x' }}", "{{ a | sort }}", "{{ a | attr: '__class__' }}", "{{ a | raw }}",
    "{{ a | file_url }}", "{{ a() }}", "{{ a.b() }}", "{{ a | append: a.b }}", "{{ a if true else b }}", "{{ a + b }}",
    "{{ lambda: 1 }}", "{{ 1 / 0 }}", "{{ a; b }}", "{{ `id` }}", "{{ $a }}", "{{ @a }}", "{{ #a }}", "{{ \\ }}",
    "{{ '{{ a }' }}", "{{", "}}{{", "{%", "{{ {{ a }} }}", "{% {% if %} %}", "{{ 'open }}", "{% if %}", "{% if a", "{{ a }", "{% raw %}",
    "{{ " + "[" * 990 + " }}", "{{ " + "a." * 400 + "a }}", "{{ a " + "| upcase " * 120 + "}}", "{% if " + "(" * 900 + " %}{% endif %}",
    "{% if a %}" * 21 + "{% endif %}" * 21, "{{ a }}" * 1_200, "{{" * 200_000, "{%" * 200_000, "{% raw %}" * 50_000,
    "{{" + " " * 400_000, "{% if " + " " * 400_000, "{% comment %}" * 30_000, "{{ " + "'" * 900 + " }}", "{{-" * 100_000,
]  # fmt: skip
COSTLY = [
    "{% for i in (1..900) %}{{ n | times: n | times: n }}{% endfor %}",
    "{% for i in (1..900) %}{% if a contains 'yyyy' or s contains 'zzzz' %}x{% endif %}{% endfor %}",
    "{% for i in (1..900) %}{% if a == s or s == n or n < a or a > s %}x{% endif %}{% endfor %}",
    "{% assign r = (1..10000000) %}{% for i in r reversed %}x{% endfor %}",
    "{% for i in (1..1000000000) %}x{% endfor %}",
    "{% for i in (1..99999999999999999999) %}x{% endfor %}",
    "{% for i in (1..10000000) reversed %}x{% endfor %}",
    "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
    "{% for i in (1..999) %}{% endfor %}" * 90,
    "{% for i in (1..9000) %}" + "{% if false %}x{% endif %}" * 90 + "{% endfor %}",
    "{% for i in (1..999) %}{% assign x = x | append: a %}{% endfor %}",
    "{% assign x = a %}" + "{% assign x = x | append: x %}" * 60,
    "{% assign x = a %}" + "{% assign x = x | replace: '', x %}{% assign x = x | replace: 'x', x %}" * 20,
    "{% assign x = a | replace: 'x', a %}{{ x }}",
    "{% assign l = s | split: ',' %}{{ l | join: a }}",
    "{% assign l = a | split: '' %}{% for i in l %}{% for j in l %}{{ a }}{% endfor %}{% endfor %}",
    "{% for i in (1..900) %}{{ a }}{{ a }}{% endfor %}",
    "{% for i in (1..900) %}{% capture x %}{{ x }}{{ a }}{% endcapture %}{% endfor %}",
    "{% for i in (1..900) %}{{ a | upcase | downcase | upcase | downcase }}{% endfor %}",
    "{% for i in (1..900) %}{% capture x %}{{ a }}{{ a }}{{ a }}{% endcapture %}{% endfor %}",
    "{% for i in (1..900) %}{{ a | truncatewords: 2 }}{{ s | split: ',' | join: ';' }}{% endfor %}",
]  # fmt: skip
HARMLESS = [
    "{% assign n = 9 %}" + "{% assign n = n | times: n %}" * 60 + "{{ n }}",
    "{% case 1 %}{% when " + "1, " * 200 + "1 %}" * 1 + "x{% endcase %}",
    "".join("{% case 1 %}{% when 1, 1, 1, 1, 1, 1, 1, 1 %}" for _ in range(19)) + "x" + "{% endcase %}" * 19,
    "{% if a " + "and a " * 150 + "%}x{% endif %}",
    "{{ n | plus: 1 }}{{ '1e999999999' | plus: 1 }}{{ 'nan' | plus: 1 }}{{ '-inf' | times: 2 }}",
    "{{ now }}{{ today }}{{ settings }}{{ request }}{{ self }}",
    "{{ a | slice: -99999999999999999999, 99999999999999999999 | size }}",
    "{{ a | truncate: 99999999999999999999999999 | size }}",
    "{{ '%n%n%s' | date: '%Y' }}{{ '9999-12-31' | date: '%e %-d' }}",
    "{% for i in s limit: 0 %}{{ i }}{% endfor %}",
]


def outcome(template: str) -> str:
    """Parse and render as HTML and as text; the output, or the code of what was refused."""
    texts = []
    for liquid in (HTML, PLAIN):
        texts.append(_cheap_outcome(liquid, template))
        assert len(texts[-1].encode()) <= MAX_OUTPUT_BYTES
    return texts[0]


def _cheap_outcome(liquid: Liquid, template: str) -> str:
    """The outcome, found within MAX_CPU_S; another process may spoil two of three tries."""
    taken_s: list[float] = []
    while not taken_s or (taken_s[-1] >= MAX_CPU_S and len(taken_s) < TRIES):
        started = time.process_time()
        text = _outcome_of(liquid, template)
        taken_s.append(time.process_time() - started)
    assert min(taken_s) < MAX_CPU_S
    return text


def _outcome_of(liquid: Liquid, template: str) -> str:
    try:
        return liquid.render(liquid.parse(template, place="body"), PERSON)
    except TemplateInvalid as error:
        return f"invalid: {error.problems[0].code}"
    except RenderingRefused as error:
        return f"refused: {error.problem.code}"


@pytest.mark.parametrize("template", READS + FORBIDDEN, ids=lambda template: template[:30])
def test_what_reaches_further_than_values_is_refused(template):
    assert outcome(template).startswith(("invalid: ", "refused: "))


@pytest.mark.parametrize("template", COSTLY, ids=range(len(COSTLY)))
def test_what_costs_too_much_is_refused(template):
    assert outcome(template) == "refused: too_much"


@pytest.mark.parametrize("template", HARMLESS, ids=range(len(HARMLESS)))
def test_what_only_looks_dangerous_renders(template):
    assert not outcome(template).startswith(("invalid: ", "refused: "))
    assert "<script>" not in outcome(template)
