from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.env import Environment


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "absent")


def test_a_wrong_number_names_its_variable(env, monkeypatch):
    monkeypatch.setenv("CHUNK_SIZE", "many")
    with pytest.raises(ImproperlyConfigured, match="CHUNK_SIZE must be a whole number"):
        env.whole_number("CHUNK_SIZE", 500)


def test_a_wrong_yes_or_no_names_its_variable(env, monkeypatch):
    monkeypatch.setenv("SANDBOX", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SANDBOX must be yes or no, not 'maybe'"):
        env.yes_no("SANDBOX", default=False)


def test_a_foreign_database_names_its_variable(env, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mongodb://x/y")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.database("DATABASE_URL", "sqlite:///x")


def test_words_are_split_at_commas(env, monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, b.example,")
    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_dotenv_is_read(tmp_path, monkeypatch):
    monkeypatch.delenv("POSTROOM_PROBE", raising=False)
    (tmp_path / ".env").write_text("POSTROOM_PROBE=from-file\n")
    assert Environment(tmp_path / ".env").text("POSTROOM_PROBE") == "from-file"
    monkeypatch.delenv("POSTROOM_PROBE")
