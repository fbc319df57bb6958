from __future__ import annotations

from campaigns.messages.checks.page import Link, Picture, read_page
from campaigns.messages.checks.typed import TypedBody


def test_links_come_with_their_words_and_their_liquid():
    page = read_page('<p>Go <a href="https://a.example/{{ id }}"><b>to</b> {{ first_name }}</a></p>')
    assert page.links == [Link("https://a.example/{{ id }}", "to {{ first_name }}")]
    assert page.words == "Go to {{ first_name }}"


def test_pictures_tell_whether_words_were_written_for_them():
    page = read_page('<img src="a.png"><img src=b.png alt><img src="c.png" alt="A cat" width="1">')
    assert page.pictures == [
        Picture("a.png", None, is_tiny=False), Picture("b.png", "", is_tiny=False), Picture("c.png", "A cat", is_tiny=True),
    ]  # fmt: skip


def test_what_does_not_show_is_counted_and_not_read():
    page = read_page('<style>p { }</style><div style="display:none">secret</div><p hidden>more</p>shown')
    assert page.words == "shown"
    assert page.hidden_chars == len("secretmore")


def test_the_third_of_three_equal_addresses_is_found_third():
    typed = TypedBody.of("[a](#)\n[b](#) and [c](#)\n", has_layout=True)
    assert [(spot["line"], spot["column"]) for spot in (typed.spot_of("#") for _time in range(3))] == [
        (1, 5), (2, 5), (2, 16),
    ]  # fmt: skip
    assert typed.spot_of("#")["place"] == "layout"


def test_an_address_is_found_as_it_was_escaped():
    assert TypedBody.of('\n<a href="https://a.example/?b=1&amp;c=2">', has_layout=False).spot_of(
        "https://a.example/?b=1&c=2"
    ) == {"place": "body", "line": 2, "column": 10, "length": 30}
