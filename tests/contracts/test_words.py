"""Nothing committed names a path of a developer's machine, holds a conflict or a key."""

from __future__ import annotations

import re

import pytest

from tests.contracts.source import ROOT, name_of, project_files

TEXT_SUFFIXES = {
    *(".py", ".html", ".txt", ".in", ".md", ".toml", ".json", ".css", ".js", ".svg", ".yml", ".yaml", ".cfg", ".sh"),
    "",
}
FORBIDDEN = {
    "a home or work folder": re.compile(r"(?<![\w.-])/(?:home|Users|root|work|farm)/[\w.]"),
    "a folder that only lasts until the next start": re.compile(r"(?<![\w.-])/tmp/[a-z]"),
    "a package registry's host": re.compile(
        r"\bpy(?:pi)\.org|python(?:hosted)\.org|npm(?:js)\.org|deb\.(?:debian)\.org"
    ),
    "a merge conflict": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
    "a private key": re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"),
    "an AWS access key": re.compile(r"\bAKIA(?!IOSFODNN7EXAMPLE)[A-Z0-9]{16}\b"),
    "work left over": re.compile(r"\b(?:TODO|FIXME|XXX)\b"),
}
# This file names what it forbids.
EXEMPT = {"tests/contracts/test_words.py"}


def offences(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_no_file_says_what_belongs_to_one_machine():
    found = {
        name_of(path): offences(path.read_text(encoding="utf-8", errors="replace"))
        for path in project_files()
        if path.suffix in TEXT_SUFFIXES and name_of(path) not in EXEMPT
    }
    assert {name: what for name, what in found.items() if what} == {}


def test_the_projects_own_place_is_nowhere_written():
    named = [
        name_of(path)
        for path in project_files()
        if path.suffix in TEXT_SUFFIXES and f"{ROOT.parent}/" in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert named == []


@pytest.mark.parametrize(
    "text",
    ["see /home/ann/x", "cd /tmp/try", "pip -i https://py" + "pi.org/simple", "# TODO later", "<<<<<<< HEAD\n"],
)
def test_the_rules_find_what_they_forbid(text):
    assert offences(text) != []
