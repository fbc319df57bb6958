from __future__ import annotations

import pytest

from campaigns.messages.checks.links import link_points, web_addresses
from campaigns.messages.checks.page import read_page
from campaigns.messages.checks.typed import TypedBody


def codes(html):
    return [point.code for point in link_points(read_page(html), TypedBody.of(html, has_layout=False))]


@pytest.mark.parametrize(
    "href",
    ["", "#", "#nowhere", "javascript:void(0)", "mailto:", "mailto:anna", "/yes", "yes.html", "www.club.example",
     "http://", "https:///x", "https://localhost"],
)  # fmt: skip
def test_a_link_that_leads_nowhere_is_told(href):
    assert codes(f'<a href="{href}">x</a>') == ["link_to_nothing"]


@pytest.mark.parametrize(
    "href",
    ["https://club.example/yes?a=1#b", "mailto:anna@club.example?subject=Hi", "tel:+431234", "{{ unsubscribe_url }}",
     "https://{{ city }}.club.example/", "https://club.example/{{ id }}", "{% if a %}https://a.example{% endif %}",
     "mailto:{{ address }}"],
)  # fmt: skip
def test_a_link_that_leads_somewhere_is_fine(href):
    assert codes(f'<a href="{href}">x</a>') == ["links"]


def test_a_link_to_a_place_in_the_mail_needs_that_place():
    assert codes('<a href="#end">x</a><p id="end">') == ["links"]


@pytest.mark.parametrize(
    ("words", "href", "expected"),
    [
        ("www.bank.example", "https://evil.example", "link_says_other"),
        ("https://bank.example/login", "https://bank.example.evil.example/", "link_says_other"),
        ("bank.example", "https://www.bank.example/x", "links"),
        ("bank.example", "https://news.bank.example/x", "links"),
        ("report.pdf", "https://bank.example/report.pdf", "links"),
        ("Read more", "https://evil.example", "links"),
        ("x", "https://bank.example@evil.example/", "link_with_name"),
        ("x", "http://bank.example/", "link_without_https"),
    ],
)  # fmt: skip
def test_words_and_target_of_a_link_agree(words, href, expected):
    assert codes(f'<a href="{href}">{words}</a>') == [expected]


def test_words_too_long_for_an_address_are_not_searched_for_one():
    """Thousands of open braces took minutes."""
    output = f"{{{{ {'a' * 90} }}}}"
    assert codes(f'<a href="https://evil.example">{output * 25}bank.example</a>') == ["links"]


def test_an_address_with_open_braces_is_not_asked_for():
    assert web_addresses(read_page('<a href="https://a.example/{% raw %}{{{% endraw %}">a</a>')) == []
    assert web_addresses(read_page('<a href="https://a.example/?q=&#123;{">a</a>')) == []


def test_each_fault_is_named_where_it_was_typed():
    html = '<p>x</p>\n<a href="https://a.example">a</a>\n<p><a href="http://b.example">b</a></p>'
    [point] = link_points(read_page(html), TypedBody.of(html, has_layout=False))
    assert (point.place, point.line, point.column, point.length) == ("body", 3, 13, len("http://b.example"))
    assert point.cure


def test_only_addresses_that_are_the_same_for_all_are_asked_for_once():
    html = (
        '<a href="https://a.example/#x"></a><a href="https://a.example/#y"></a><a href="https://a.example/{{ a }}"></a>'
    )
    assert web_addresses(read_page(html)) == ["https://a.example/"]
