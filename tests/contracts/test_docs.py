"""What the documents name exists: linked files and headings, folders and modules, make targets; their pictures are of today."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from tests.contracts.source import ROOT, name_of, project_files

DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")
HEADING_LINK = re.compile(r"\]\(([^)#\s:]*\.md)?#([^)\s]+)\)")
CODE_PATH = re.compile(
    r"`((?:portal|campaigns|workers|sandbox|tests|bench|docs|routing|credentials|deploy|infra)/[\w./-]*)`"
)
PICTURES = ROOT / "docs" / "pictures"
LARGEST_PICTURE_BYTES = 120_000


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_linked_files_exist(path: Path):
    links = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert links == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_linked_headings_exist(path: Path):
    links = HEADING_LINK.findall(path.read_text())
    missing = [(file, name) for file, name in links if name not in _headings(path.parent / file if file else path)]
    assert missing == []


def _headings(path: Path) -> set[str]:
    """The anchors that GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


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


def test_each_picture_is_small_shown_and_made_by_the_script():
    pictures = {path.name for path in PICTURES.iterdir()}
    made = {f"{name}.png" for name in runpy.run_path(str(ROOT / "docs" / "take_pictures.py"))["SHOWN"]}
    text = "\n".join(path.read_text() for path in DOCUMENTS)
    assert pictures == made | {"dashboard.svg"}
    assert {name for name in pictures if f"pictures/{name})" not in text} == set()
    assert [path.name for path in PICTURES.iterdir() if path.stat().st_size > LARGEST_PICTURE_BYTES] == []


def test_the_drawing_of_the_dashboard_has_the_charts_that_terraform_makes():
    script = runpy.run_path(str(ROOT / "docs" / "draw_dashboard.py"))
    assert len(script["titles"]()) == (ROOT / "infra/modules/monitoring/dashboard.tf").read_text().count("title =")
    assert script["drawing"]() == (PICTURES / "dashboard.svg").read_text()
