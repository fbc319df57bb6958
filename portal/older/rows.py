"""A row of an older table, and what is planned for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from portal.errors import InvalidInput
from portal.older.values import Value, Values, as_text, read_values

_IDS = ("id", "contact_id", "contactId", "campaign_id", "campaignId", "email", "address", "name")
_SHOWN_CHARS = 200


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    SAME = "same"  # is here, and says the same
    CHANGED = "changed"  # is here, and says something else
    REFUSED = "refused"
    LEFT_OUT = "left out"  # nothing that Postroom has use for


@dataclass(frozen=True, slots=True)
class OldRow:
    """One row; `problem` tells why it cannot be read, and then there are no values."""

    place: str  # the table, or the file and its line
    key: str
    values: Values = field(default_factory=dict, repr=False)
    problem: str = ""

    def text(self, *names: str) -> str:
        """The first of these attributes that has something in it, as text; "" when none has."""
        found = (as_text(self.values[name]).strip() for name in names if name in self.values)
        return next(filter(None, found), "")

    def first(self, *names: str) -> Value:
        """The first of these attributes that there is; None when there is none."""
        return next((self.values[name] for name in names if self.values.get(name) is not None), None)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to become of one row and why, in words for the person who moves."""

    row: OldRow
    kind: str  # contact, message, rule, SMTP user
    outcome: Outcome
    reason: str = ""


def read_row(place: str, raw: object) -> OldRow:
    """Read a row in typed JSON; whatever cannot be read is a row with a problem."""
    try:
        values = read_values(raw)
    except InvalidInput as error:
        return OldRow(place, _shown_key(raw), problem=f"{error} Mend the row in the table, or enter it here by hand.")
    if any("\0" in text for text in _texts(values)):
        return OldRow(place, key_of(values), problem="There is a NUL character in it. Take it out in the table.")
    return OldRow(place, key_of(values), values)


def key_of(values: Values) -> str:
    """How people find the row again: its PK and SK, else the first attribute that looks like its key."""
    if "PK" in values:
        return " / ".join(as_text(values[name]) for name in ("PK", "SK") if name in values)[:_SHOWN_CHARS]
    names = [name for name in _IDS if values.get(name)] or sorted(values)
    return f"{names[0]}={as_text(values[names[0]])}"[:_SHOWN_CHARS] if names else "(an empty row)"


def _shown_key(raw: object) -> str:
    """The key of a row that cannot be read as a whole, by what of it can be."""
    readable: Values = {}
    for name, value in raw.items() if isinstance(raw, dict) else ():
        try:
            readable |= read_values({name: value})
        except InvalidInput:
            continue
    return key_of(readable)


def _texts(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(text for part in value.values() for text in _texts(part))]
    return [text for part in value for text in _texts(part)] if isinstance(value, list) else []
