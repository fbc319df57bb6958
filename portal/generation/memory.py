"""What this process remembers of the generation, so that a database put back under it is noticed without a call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Memory:
    """The furthest that this process has seen; empty in a process that has just begun."""

    installation_key: str = ""
    counter: int = 0
    is_compared: bool = False  # with the mark outside, at least once

    def is_behind(self, installation_key: str, counter: int) -> bool:
        """Whether the database has gone back, or is another, since this process looked last."""
        if not self.installation_key:
            return False
        return installation_key != self.installation_key or counter < self.counter

    def note(self, installation_key: str, counter: int) -> None:
        """Remember what the database says now."""
        self.installation_key, self.counter = installation_key, counter

    def forget(self) -> None:
        """As a process that has just begun."""
        self.installation_key, self.counter, self.is_compared = "", 0, False


memory = Memory()
