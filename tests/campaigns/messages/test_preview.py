from __future__ import annotations

import re
from dataclasses import replace

import pytest

from campaigns.messages.forms import contact_by_address
from campaigns.messages.preview import FrameLooks, html_frame, inbox_line, problems_frame, render_for, text_frame
from campaigns.messages.problems import Problem
from campaigns.messages.source import MessageSource
from campaigns.messages.suggestions import suggested_contacts
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db

SOURCE = MessageSource(subject="For {{ first_name }}", kind="markdown", body="Dear {{ first_name }} of {{ city }}")


def test_a_preview_is_filled_with_the_contacts_values():
    contact = make_contact(first_name="Berta", attributes={"city": "Oldtown"})
    rendered = render_for(SOURCE, contact)
    assert rendered.subject == "For Berta"
    assert "Dear Berta of Oldtown" in rendered.html


def test_without_a_contact_somebody_invented_reads_it():
    assert render_for(SOURCE, None).subject == "For Anna"


def test_values_cannot_become_markup():
    contact = make_contact(first_name="<script>alert(1)</script>")
    assert "<script>" not in render_for(SOURCE, contact).html


def test_text_and_problems_are_escaped():
    assert "<script>" not in text_frame("<script>")
    assert "<script>" not in problems_frame([Problem("x", "body", 1, "<script>")])


def test_links_of_the_framed_page_stay_where_they_are():
    assert html_frame("<html><head><title>x</title></head>").startswith('<html><head><base target="_blank">')
    assert html_frame("<p>x</p>") == "<p>x</p>"


@pytest.mark.parametrize("typed", ["ber", "BERTA", "stein", "b@", "B@CLUB"])
def test_contacts_are_found_by_the_beginning_of_name_or_address(typed):
    make_contact("b@club.example", first_name="Berta", last_name="Stein")
    make_contact("x@club.example", first_name="Xaver")
    assert [contact.address for contact in suggested_contacts(typed)] == ["b@club.example"]


def test_one_contact_is_offered_once_and_wildcards_are_letters():
    make_contact("berta@club.example", first_name="Berta", last_name="Berta")
    assert len(suggested_contacts("berta")) == 1
    assert suggested_contacts("%") == []


def test_a_nul_in_what_was_typed_is_passed_over():
    berta = make_contact("berta@club.example", first_name="Berta")
    assert suggested_contacts("ber\0ta") == [berta]
    assert contact_by_address("berta@club.example\0") == berta


OWN_DARK = "<html><head><style>@media (prefers-color-scheme: dark) { p { color: #fff } }</style></head><p>x</p></html>"


def test_a_mail_shows_its_own_dark_colours_in_the_dark_only_whatever_the_readers_browser_likes():
    dark, light = html_frame(OWN_DARK, FrameLooks(is_dark=True)), html_frame(OWN_DARK)
    assert "@media (min-width: 0)" in dark
    assert "@media (max-width: 0)" in light
    assert "invert" not in dark


def test_a_mail_without_dark_colours_is_turned_around_in_the_dark():
    assert "invert(1)" in html_frame("<html><head></head><p>x</p></html>", FrameLooks(is_dark=True))
    assert "invert(1)" not in html_frame("<html><head></head><p>x</p></html>")


def test_with_images_off_only_their_words_are_left():
    mail = (
        '<p style="background: url(https://x.example/a.png)"><img width=1 SRC="https://x.example/b.png" alt="Map"></p>'
    )
    shown = html_frame(mail + '<table background="https://x.example/c.png">', FrameLooks(hides_images=True))
    assert 'alt="Map"' in shown
    assert not re.search(r"\ssrc\s*=|\sbackground\s*=|url\(", shown, re.IGNORECASE)


def test_the_inbox_shows_the_preview_line_or_how_the_text_begins():
    with_line = inbox_line(replace(SOURCE, preheader="Come, {{ first_name }}"), None)
    assert (with_line.subject, with_line.preheader) == ("For Anna", "Come, Anna")
    assert inbox_line(SOURCE, None).preheader.startswith("Dear Anna of")
