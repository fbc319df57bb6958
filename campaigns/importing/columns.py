"""Where each column of a file goes: by what it is called, by what is in it, or as a person said last time. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, TypedDict
from zoneinfo import available_timezones

from campaigns.importing import header_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ADDRESS = "address"
FIRST_NAME = "first_name"
LAST_NAME = "last_name"
FULL_NAME = "full_name"
TAGS = "tags"
TIME_ZONE = "time_zone"
IGNORE = "ignore"
ATTRIBUTE_PREFIX = "attribute:"
FIXED_TARGETS = (ADDRESS, FIRST_NAME, LAST_NAME, FULL_NAME, TAGS, TIME_ZONE, IGNORE)
ONLY_ONCE = (ADDRESS, FIRST_NAME, LAST_NAME, FULL_NAME, TIME_ZONE)

REJECT_COLUMNS = ("line", "problem")  # what a rejects file has before the person's own columns
EXPORT_MARK = "postroom_export"  # the last column of people exported by this portal; empty
# What such a file says beside the person's own values. A blank, so that no attribute is called so.
LISTS_COLUMN = "on lists"
OWN_COLUMNS = (LISTS_COLUMN, "gets mail", "why not", "added (utc)", "changed (utc)")
ATTRIBUTE_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
RESERVED_NAMES = frozenset({ADDRESS, FIRST_NAME, LAST_NAME, FULL_NAME, TAGS, TIME_ZONE, "email", "unsubscribe_url"})


def plain(header: str) -> str:
    """A header without case, accents, blanks and punctuation, for comparing."""
    decomposed = unicodedata.normalize("NFKD", header.casefold())
    return "".join(char for char in decomposed if char.isalnum())


_WORDS: dict[str, str] = {
    plain(word): target
    for target, words in (
        (FULL_NAME, header_words.FULL_NAME),
        (LAST_NAME, header_words.LAST_NAME),
        (FIRST_NAME, header_words.FIRST_NAME),
        (TAGS, header_words.TAGS),
        (TIME_ZONE, header_words.TIME_ZONE),
        (ADDRESS, header_words.ADDRESS),
    )
    for word in words
}
_LOOKS_LIKE_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_MOSTLY = 0.5
_EXAMPLE_COUNT = 3


class ColumnDict(TypedDict):
    """One column as the columns step shows it and the import stores it; shares are of the sampled rows, 0 to 1."""

    name: str
    target: str  # one of FIXED_TARGETS, or "attribute:<name>"
    examples: list[str]
    filled_share: float
    address_share: float
    distinct_count: int


def guess_columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, remembered: Mapping[str, str] | None = None
) -> list[ColumnDict]:
    """Propose a target for every column. `remembered` maps casefolded headers to targets and wins where it speaks."""
    columns = [_describe(name, [row[i].strip() for row in rows]) for i, name in enumerate(header)]
    _name_targets(columns)
    _let_content_correct(columns, rows)
    if is_export_header(header):
        _name_exported(columns)
    for column in columns:
        column["target"] = (remembered or {}).get(column["name"].casefold(), column["target"])
    _finish(columns)
    return columns


def header_key(header: Iterable[str]) -> str:
    """One key for a set of headers, whatever their order or case; a rejects file has the key of its original."""
    names = sorted(name.casefold() for name in header)
    if is_rejects_header(names):
        names = [name for name in names if name not in REJECT_COLUMNS]
    return hashlib.sha256("\0".join(names).encode()).hexdigest()


def is_rejects_header(names: Iterable[str]) -> bool:
    """Whether these are the headers of a file of rows to mend that this portal wrote."""
    return set(REJECT_COLUMNS) <= {name.casefold() for name in names}


def is_export_header(names: Iterable[str]) -> bool:
    """Whether these are the headers of contacts that this portal exported."""
    return EXPORT_MARK in {name.casefold() for name in names}


def is_guarded_header(names: Sequence[str]) -> bool:
    """Whether cells below these headers carry our guard against formulas."""
    return is_rejects_header(names) or is_export_header(names)


def problem_with_targets(targets: Sequence[str]) -> str | None:
    """What keeps these targets from being used: "no_address", "twice:<target>", "name:<attribute>", or None."""
    if targets.count(ADDRESS) == 0:
        return "no_address"
    for target in targets:
        if target in ONLY_ONCE or target.startswith(ATTRIBUTE_PREFIX):
            if targets.count(target) > 1:
                return f"twice:{target}"
        elif target not in FIXED_TARGETS:
            return f"name:{target}"
        if target.startswith(ATTRIBUTE_PREFIX) and not is_attribute_name(target.removeprefix(ATTRIBUTE_PREFIX)):
            return f"name:{target.removeprefix(ATTRIBUTE_PREFIX)}"
    return None


def is_attribute_name(name: str) -> bool:
    """Whether templates can name it: lower-case letters, digits and _, and none of the contact's own fields."""
    return bool(ATTRIBUTE_NAME.fullmatch(name)) and name not in RESERVED_NAMES


def attribute_name(header: str, *, number: int) -> str:
    """A name for templates made of a header ("T-Shirt Größe" -> "t_shirt_grosse"); `number` is used where none is left."""
    ascii_text = unicodedata.normalize("NFKD", header.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", ascii_text).strip("_")[:50]
    if not name:
        return f"column_{number}"
    if not name[0].isalpha():
        name = f"c_{name}"
    return f"{name}_2" if name in RESERVED_NAMES else name


def _describe(name: str, values: list[str]) -> ColumnDict:
    filled = [value for value in values if value]
    addresses = sum(bool(_LOOKS_LIKE_ADDRESS.fullmatch(value)) for value in filled)
    return ColumnDict(
        name=name,
        target="",
        examples=filled[:_EXAMPLE_COUNT],
        filled_share=round(len(filled) / len(values), 3) if values else 0.0,
        address_share=round(addresses / len(filled), 3) if filled else 0.0,
        distinct_count=len(set(filled)),
    )


def _name_targets(columns: list[ColumnDict]) -> None:
    """Targets from the headers alone; the first column of a kind gets it."""
    is_rejects_file = is_rejects_header(column["name"] for column in columns)
    taken: set[str] = set()
    for column in columns:
        if is_rejects_file and column["name"].casefold() in REJECT_COLUMNS:
            column["target"] = IGNORE
            continue
        target = _WORDS.get(plain(column["name"]), "")
        if target and not (target in ONLY_ONCE and target in taken):
            column["target"] = target
            taken.add(target)
    if FULL_NAME in taken and FIRST_NAME in taken:
        _replace(columns, FULL_NAME, LAST_NAME if LAST_NAME not in taken else "")


def _name_exported(columns: list[ColumnDict]) -> None:
    """Our own names come back to where they were, whatever they mean in other people's files."""
    fixed = (ADDRESS, FIRST_NAME, LAST_NAME, TAGS, TIME_ZONE)
    is_rejects_file = [column["name"].casefold() for column in columns[:2]] == list(REJECT_COLUMNS)
    for number, column in enumerate(columns):
        name = column["name"].casefold()
        if name in fixed:
            column["target"] = name
        elif is_attribute_name(name):
            column["target"] = ATTRIBUTE_PREFIX + name
        if name in {EXPORT_MARK, *OWN_COLUMNS} or (is_rejects_file and number < len(REJECT_COLUMNS)):
            column["target"] = IGNORE


def _let_content_correct(columns: list[ColumnDict], rows: Sequence[Sequence[str]]) -> None:
    """The address column must hold addresses; a column of time zones is one whatever it is called."""
    named = next((column for column in columns if column["target"] == ADDRESS), None)
    best = max(columns, key=lambda column: column["address_share"] * column["filled_share"])
    if best["address_share"] >= _MOSTLY and (named is None or named["address_share"] < best["address_share"] / 2):
        _replace(columns, ADDRESS, "")
        best["target"] = ADDRESS
    if any(column["target"] == TIME_ZONE for column in columns):
        return
    for i, column in enumerate(columns):
        values = [row[i].strip() for row in rows if row[i].strip()]
        if not column["target"] and values and sum(map(is_time_zone, values)) > len(values) * _MOSTLY:
            column["target"] = TIME_ZONE
            return


def is_time_zone(name: str) -> bool:
    """Whether it is an IANA zone such as Europe/Berlin."""
    return name in _time_zones()


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads a directory tree


def _finish(columns: list[ColumnDict]) -> None:
    """What is left becomes an attribute of its own name; columns that are empty are left out."""
    taken = {column["target"] for column in columns}
    for number, column in enumerate(columns, start=1):
        if column["target"]:
            continue
        if not column["distinct_count"]:
            column["target"] = IGNORE
            continue
        name = attribute_name(column["name"], number=number)
        target = ATTRIBUTE_PREFIX + name
        column["target"] = target if target not in taken else f"{target}_{number}"
        taken.add(column["target"])


def _replace(columns: list[ColumnDict], old: str, new: str) -> None:
    for column in columns:
        if column["target"] == old:
            column["target"] = new
