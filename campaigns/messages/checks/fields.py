"""Fields that nobody has, each with the one that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from django.utils.translation import gettext as _

from campaigns.messages.checks.point import Level, MessageCheck
from campaigns.messages.field_names import field_names, unknown_names
from campaigns.messages.variables import VariableUse, all_names

_LIKENESS = 0.6


def field_points(used: Sequence[VariableUse]) -> Iterator[MessageCheck]:
    """One point for each name that no contact has, at its first place; else one good point."""
    unknown = unknown_names(all_names(used))
    known = field_names() if unknown else []
    for name in unknown:
        use = next(use for use in used if use.name == name)
        text = _("Nobody among the contacts has a value “%(name)s”.") % {"name": name}
        yield MessageCheck(
            Level.BAD, "unknown_name", text, place=use.place, line=use.line, column=use.column, length=len(name),
            cure=_cure(name, known),
        )  # fmt: skip
    if used and not unknown:
        yield MessageCheck(Level.GOOD, "known_names", _("All fields in the message exist among the contacts."))


def _cure(name: str, known: Sequence[str]) -> str:
    by_small_letters = {field.lower(): field for field in known}
    if close := get_close_matches(name.lower(), by_small_letters, n=1, cutoff=_LIKENESS):
        return _("Did you mean “%(name)s”?") % {"name": by_small_letters[close[0]]}
    return _("Take the field out, or import the people with a column of that name.")
