"""The map of links: every link with its words, where it leads and where it was typed."""

from __future__ import annotations

import pytest

from campaigns.messages.link_map import Leads, leads_to, links_of
from campaigns.messages.services import compiled_source
from campaigns.messages.source import MessageSource


def links(body, kind="markdown"):
    source = MessageSource("Subject", kind, body)
    return links_of(source, compiled_source(source))


def test_links_are_told_with_words_kind_and_line():
    found = links("Hello\n\n[Say yes](https://club.example/yes)\n\n[Old](http://club.example)")
    shown = [(link.words, link.href, link.leads, link.line) for link in found[:2]]
    assert shown == [
        ("Say yes", "https://club.example/yes", Leads.SAFE, 3),
        ("Old", "http://club.example", Leads.UNSAFE, 5),
    ]


def test_a_link_of_the_layout_is_named_so_and_has_no_line():
    (link,) = links("Hello")
    assert (link.leads, link.line) == (Leads.OWN, 0)
    assert link.where


def test_the_second_of_two_equal_links_is_found_on_its_own_line():
    found = links('<a href="https://club.example">one</a>\n<a href="https://club.example">two</a>', kind="html")
    assert [(link.words, link.line) for link in found] == [("one", 1), ("two", 2)]


def test_a_picture_in_a_link_lends_its_words():
    found = links('<a href="https://club.example"><img src="https://club.example/a.png" alt="Map"></a>', kind="html")
    assert found[0].words == "Map"


@pytest.mark.parametrize(
    ("href", "leads"),
    [
        ("HTTPS://club.example", Leads.SAFE),
        ("http://club.example", Leads.UNSAFE),
        ("https://club.example/{{ city }}", Leads.OWN),
        ("{% if a %}https://club.example{% endif %}", Leads.OWN),
        ("mailto:office@club.example", Leads.MAIL),
        ("tel:+431", Leads.OTHER),
        ("", Leads.OTHER),
    ],
)
def test_an_address_says_where_it_leads(href, leads):
    assert leads_to(href) is leads
