"""What the documents name exists: linked files, folders and modules, make targets, system checks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.contracts.source import ROOT, name_of, project_files

DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")
CODE_PATH = re.compile(r"`((?:portal|campaigns|workers|sandbox|tests|bench|docs|routing|credentials)/[\w./-]*)`")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_linked_files_exist(path: Path):
    links = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert links == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_named_places_exist(path: Path):
    named = {place.rstrip("/") for place in CODE_PATH.findall(path.read_text())}
    assert [place for place in sorted(named) if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_named_make_targets_exist(path: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", path.read_text()))
    assert named - targets == set()


def test_each_decision_is_listed_and_short():
    folder = ROOT / "docs" / "decisions"
    decisions = {path.name: path for path in folder.glob("[0-9]*.md")}
    assert set(re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text())) == set(decisions)
    assert [name for name, path in decisions.items() if len(path.read_text().splitlines()) > 40] == []


def test_the_readme_names_the_two_commands_first():
    text = (ROOT / "README.md").read_text()
    assert text.index("make run") < text.index("make test") < text.index("## What you see")
