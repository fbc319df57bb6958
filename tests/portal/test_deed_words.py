from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from portal.deed_words import _DEEDS, _SUBJECTS, deed_words

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = re.compile(r"(?:record_activity\(|verb=|verb = )\s*\"([a-z_]+\.[a-z_]+)\"")


def verbs() -> set[str]:
    paths = [
        path for folder in ("campaigns", "portal", "routing", "credentials") for path in (ROOT / folder).rglob("*.py")
    ]
    return {verb for path in paths for verb in WRITTEN.findall(path.read_text())}


@pytest.mark.parametrize("verb", sorted(verbs()))
def test_every_deed_that_is_written_down_has_words(verb):
    subject, _dot, deed = verb.partition(".")
    assert subject in _SUBJECTS
    assert deed in _DEEDS


def test_the_words_follow_the_language_and_what_is_unknown_stays():
    assert deed_words("campaign.taken_back") == "campaign: taken back"
    assert deed_words("new_thing.odd_deed") == "new thing: odd deed"
    with translation.override("de"):
        assert deed_words("campaign.taken_back") == "Kampagne: zurückgeholt"
