from __future__ import annotations

from pathlib import Path

from tests.crash.shared import made_once


def test_what_one_process_made_another_uses_and_the_last_removes():
    made: list[Path] = []
    with made_once("try", made.append) as first:
        with made_once("try", made.append) as second:
            assert second == first
        assert first.is_dir()
    assert len(made) == 1
    assert list(first.parent.glob(f"{first.name}*")) == []
