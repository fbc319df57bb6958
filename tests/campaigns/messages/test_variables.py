from __future__ import annotations

import pytest

from campaigns.messages.compile import LayoutValues, MessageSource
from campaigns.messages.liquid import HTML
from campaigns.messages.variables import (
    VariableUse,
    all_names,
    required_names,
    variables_of,
    variables_of_message,
)


def uses(template: str) -> list[VariableUse]:
    return variables_of(HTML.parse(template, place="body"))


def test_each_use_is_named_with_place_and_line():
    source = MessageSource(
        "For {{ a }}", "markdown", "x\n{{ b | default: 'c' }}\n{{ b }}", text_body="{{ d }}", preheader="{{ e }}"
    )
    assert variables_of_message(source) == (
        VariableUse("a", "subject", 1, has_default=False),
        VariableUse("e", "preheader", 1, has_default=False),
        VariableUse("b", "body", 2, has_default=True),
        VariableUse("b", "body", 3, has_default=False),
        VariableUse("d", "text", 1, has_default=False),
        VariableUse("unsubscribe_url", "layout", 0, has_default=False),
    )


def test_without_the_link_of_the_layout_no_address_for_it_is_needed():
    source = MessageSource("x", "markdown", "x", layout=LayoutValues(unsubscribe_label=""))
    assert variables_of_message(source) == ()


@pytest.mark.parametrize(
    ("template", "required", "optional"),
    [
        ("{{ a }}{{ a | default: 'x' }}", {"a"}, set()),
        ("{{ a | upcase | default: 'x' }}", set(), {"a"}),
        ("{{ a | default: b }}", {"b"}, {"a"}),
        ("{{ a | append: b }}", {"a", "b"}, set()),
        ("{% if a %}{{ a }}{% else %}{{ b }}{% endif %}", {"b"}, {"a"}),
        ("{% if a == 'x' and c %}{{ c }}{% elsif b %}{{ b }}{{ d }}{% endif %}", {"d"}, {"a", "b", "c"}),
        ("{% unless a == blank %}{{ a }}{% endunless %}", set(), {"a"}),
        ("{% case a %}{% when b %}{{ a }}{{ c }}{% endcase %}", {"c"}, {"a", "b"}),
        ("{% assign x = a %}{{ x }}", {"a"}, set()),
        ("{% capture x %}{{ a }}{% endcapture %}{{ x }}", {"a"}, set()),
        ("{% assign l = a | split: ',' %}{% for i in l %}{{ i }}{{ forloop.index }}{% endfor %}", {"a"}, set()),
        ("{% for i in a %}{{ i }}{% endfor %}{{ i }}", {"i"}, {"a"}),
        ("{% raw %}{{ a }}{% endraw %}{% comment %}{{ b }}{% endcomment %}", set(), set()),
        ("{{ ['first name'] }}", {"first name"}, set()),
    ],
)
def test_what_a_template_needs_is_told_from_what_it_can_do_without(template, required, optional):
    found = uses(template)
    assert required_names(found) == required
    assert all_names(found) == required | optional
