from __future__ import annotations

from hypothesis import given, settings, strategies as st

from campaigns.messages.comparing import LineKind, compare_texts

LINES = st.lists(st.sampled_from(["a", "b b", "c, c.", "", "Dear {{ name }}"]), max_size=30).map("\n".join)


def sides(old: str, new: str) -> tuple[list[str], list[str]]:
    lines = compare_texts(old, new)
    texts = [(line.kind, "".join(part.text for part in line.parts)) for line in lines]
    before = [text for kind, text in texts if kind is not LineKind.ADDED]
    after = [text for kind, text in texts if kind is not LineKind.REMOVED]
    return before, after


@settings(max_examples=200, deadline=None)
@given(LINES, LINES)
def test_nothing_is_lost_on_either_side(old, new):
    lines = compare_texts(old, new)
    if any(line.kind is LineKind.SKIPPED for line in lines):
        counted = sum(line.skipped_count or 1 for line in lines if line.kind is not LineKind.ADDED)
        assert counted == len(old.splitlines())
        return
    assert sides(old, new) == (old.splitlines(), new.splitlines())


def test_changed_words_are_marked_in_their_lines():
    removed, added = compare_texts("Dear Anna, hello", "Dear Zoë, hello")
    assert [(part.text, part.is_changed) for part in removed.parts] == [
        ("Dear ", False),
        ("Anna", True),
        (", hello", False),
    ]
    assert ("Zoë", True) in [(part.text, part.is_changed) for part in added.parts]


def test_long_stretches_without_change_are_skipped():
    same = "\n".join(f"line {number}" for number in range(50))
    lines = compare_texts(same + "\nold", same + "\nnew")
    assert [line.kind for line in lines] == ["skipped", "same", "same", "same", "removed", "added"]
    assert lines[0].skipped_count == 47
    assert (lines[1].old_number, lines[-2].old_number, lines[-1].new_number) == (48, 51, 51)


def test_equal_texts_show_no_change():
    assert {line.kind for line in compare_texts("a\nb", "a\nb")} == {LineKind.SKIPPED}


def test_a_very_long_line_is_changed_as_a_whole():
    removed, added = compare_texts("x " * 2_000, "y " * 2_000)
    assert [len(line.parts) for line in (removed, added)] == [1, 1]
