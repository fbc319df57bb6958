"""Compares two texts line by line, and changed lines word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CONTEXT_LINES = 3
MANY_LINES = 1_000  # from here on, lines that occur often are not used to find the way
LONG_LINE_CHARS = 2_000  # longer lines are shown as changed as a whole

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


class LineKind(StrEnum):
    """What became of a line."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    SKIPPED = "skipped"  # stands for several that are the same


@dataclass(frozen=True, slots=True)
class LinePart:
    """A stretch of a line; `is_changed` where the other text has something else."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line; numbers count from 1, 0 where the text has no such line. SKIPPED carries how many it stands for."""

    kind: LineKind
    old_number: int
    new_number: int
    parts: tuple[LinePart, ...]
    skipped_count: int = 0


def compare_texts(old: str, new: str) -> list[ComparedLine]:
    """The lines of both, what was taken out before what was put in; long stretches without change are skipped."""
    old_lines, new_lines = old.splitlines(), new.splitlines()
    is_long = max(len(old_lines), len(new_lines)) > MANY_LINES
    matcher = SequenceMatcher(None, old_lines, new_lines, autojunk=is_long)
    found: list[ComparedLine] = []
    for verb, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if verb == "equal":
            found += _same(old_lines[old_from:old_to], old_from, new_from)
        else:
            found += _changed(old_lines[old_from:old_to], new_lines[new_from:new_to], old_from, new_from)
    return _without_long_stretches(found)


def _same(lines: Sequence[str], old_from: int, new_from: int) -> Iterator[ComparedLine]:
    for offset, line in enumerate(lines, start=1):
        yield ComparedLine(LineKind.SAME, old_from + offset, new_from + offset, (LinePart(line),))


def _changed(old: Sequence[str], new: Sequence[str], old_from: int, new_from: int) -> Iterator[ComparedLine]:
    pairs = [_compare_words(*pair) for pair in zip(old, new, strict=False)] if len(old) == len(new) else []
    for number, line in enumerate(old):
        parts = pairs[number][0] if pairs else (LinePart(line),)
        yield ComparedLine(LineKind.REMOVED, old_from + number + 1, 0, parts)
    for number, line in enumerate(new):
        parts = pairs[number][1] if pairs else (LinePart(line),)
        yield ComparedLine(LineKind.ADDED, 0, new_from + number + 1, parts)


def _compare_words(old: str, new: str) -> tuple[tuple[LinePart, ...], tuple[LinePart, ...]]:
    if max(len(old), len(new)) > LONG_LINE_CHARS:
        return (LinePart(old),), (LinePart(new),)
    old_words, new_words = _WORD.findall(old), _WORD.findall(new)
    old_parts, new_parts = [], []
    for verb, old_from, old_to, new_from, new_to in SequenceMatcher(None, old_words, new_words).get_opcodes():
        is_changed = verb != "equal"
        old_parts.append(LinePart("".join(old_words[old_from:old_to]), is_changed))
        new_parts.append(LinePart("".join(new_words[new_from:new_to]), is_changed))
    return _with_text(old_parts), _with_text(new_parts)


def _with_text(parts: Sequence[LinePart]) -> tuple[LinePart, ...]:
    return tuple(part for part in parts if part.text)


def _without_long_stretches(lines: Sequence[ComparedLine]) -> list[ComparedLine]:
    near = [False] * len(lines)
    for at, line in enumerate(lines):
        if line.kind is not LineKind.SAME:
            start, end = max(at - CONTEXT_LINES, 0), min(at + CONTEXT_LINES + 1, len(lines))
            near[start:end] = [True] * (end - start)
    shown: list[ComparedLine] = []
    for is_near, line in zip(near, lines, strict=True):
        if is_near:
            shown.append(line)
        elif shown and shown[-1].kind is LineKind.SKIPPED:
            shown[-1] = _skipped(shown[-1].skipped_count + 1)
        else:
            shown.append(_skipped(1))
    return shown


def _skipped(count: int) -> ComparedLine:
    return ComparedLine(LineKind.SKIPPED, 0, 0, (), count)
