"""A text compiled into fixed literals and holes: the one form that SES templates, whole messages and MIME share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segments:
    """Literals with a hole between each two: `literals` is one longer than `keys`.

    The same key may stand in several holes; its value is filled in as it is, so it must be escaped already.
    """

    literals: tuple[str, ...]
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.literals) != len(self.keys) + 1:
            message = "a literal must stand before, between and after the holes"
            raise ValueError(message)

    def fill(self, values: Mapping[str, str]) -> str:
        """Put the values of the holes between the literals."""
        if not self.keys:
            return self.literals[0]
        parts = [self.literals[0]]
        for key, literal in zip(self.keys, self.literals[1:], strict=True):
            parts.append(values[key])
            parts.append(literal)
        return "".join(parts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing can ever come of it."""
        return not self.keys and not self.literals[0]


NO_TEXT = Segments(("",), ())
