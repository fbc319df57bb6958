"""HTML that would end the process or keep it busy for minutes is refused before another parser sees it."""

from __future__ import annotations

import time

import pytest

from campaigns.messages.compile import compile_message
from campaigns.messages.markup import MAX_OPEN, require_sound_markup
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.source import MessageSource

MAX_CPU_S = 2.0  # all of it takes far less; the attacks took minutes, or the process

NEST = ["<div>", "<b>", "<table><tr><td>", "<ul><li>", "<blockquote>", "<div/>", "<font>"]
ENDLESS = ["<a ", "<a b='", '<a b="', "<a b=", "<a/", "<script", "<!--", "<!", "<?", "</", "</a", "<![CDATA["]


@pytest.mark.parametrize("kind", ["html", "markdown"])
@pytest.mark.parametrize("piece", [*NEST, *ENDLESS])
def test_markup_without_end_is_refused_at_once(piece, kind):
    body = "<p>Hello</p>\n\n<div>\n" + piece * (60_000 // len(piece))
    began_s = time.process_time()
    with pytest.raises(TemplateInvalid, match=r"open at once|never ends"):
        compile_message(MessageSource(subject="x", kind=kind, body=f"<style>a{{b:c}}</style>{body}"))
    assert time.process_time() - began_s < MAX_CPU_S


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>" * 30 + "x" + "</td></tr></table>" * 30,
        "<ul>" + "<li>one<li>two" * 500 + "</ul>",
        "<p>one<p>two" * 500,
        "<td><font>x</td>" * 500,
        "<br><img src=x><hr/>" * 500,
        "<!--[if mso]><table><![endif]--><!--[if !mso]><!-->x<!--<![endif]-->" * 50,
        "<style>" + "a > b { content: '<' }" * 500 + "</style><p title='a > b'>1 < 2 & <3</p>",
        "<b>x</b>" * 1900,
        "</div>" * 500,
        "<p title=don't class='a>b'>it's</p>",
        "<!-->x<!DOCTYPE html><?xml version='1'?>",
    ],
)
def test_what_mails_are_made_of_passes(html):
    require_sound_markup(html)


def test_the_refusal_names_the_line():
    with pytest.raises(TemplateInvalid, match=f"line {MAX_OPEN + 1}: More than {MAX_OPEN}"):
        require_sound_markup("<div>\n" * 200)
