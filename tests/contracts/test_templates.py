"""Pages keep to the strict content security policy: no script, style or handler of their own."""

from __future__ import annotations

import re

import pytest

from tests.contracts.source import name_of, templates

FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json[\"'])", re.IGNORECASE),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "something from another host": re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"'](?:https?:)?//"),
    "an address written by hand": re.compile(r"\b(?:href|action)=[\"']/(?!/)"),
    "a number that languages write as 1,234": re.compile(r"[=\"']\{\{ [\w.]*\.pk \}\}"),
}


def offences(text: str) -> list[str]:
    """What a template's text does that the policy forbids."""
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_a_template_keeps_to_the_policy(path):
    assert offences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "offence"),
    [
        ("<script>go()</script>", "an inline script"),
        ("<script nonce='x'>go()</script>", "an inline script"),
        ("<p style='color: red'>", "an inline style"),
        ("<style>p {}</style>", "an inline style"),
        ('<a class="x"\n onclick="go()">', "an event handler"),
        ('<a href="javascript:go()">', "a javascript: address"),
        ('<img src="//cdn.example/x.png">', "something from another host"),
        ('<a href="/admin/">', "an address written by hand"),
    ],
)
def test_the_rules_find_what_they_forbid(text, offence):
    assert offence in offences(text)


def test_the_rules_leave_ordinary_pages_alone():
    page = """{% load static %}<link rel="stylesheet" href="{% static 'postroom/x.css' %}"><script src="{% static 'x.js' %}"
    defer></script><a href="{% url 'admin:index' %}" data-style="x">{% translate "Contacts" %}</a>"""
    assert offences(page) == []
