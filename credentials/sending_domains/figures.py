"""Where other apps meet sending domains: they say here what they know of a domain's mail, and are told of changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

FIGURES_DAYS = 30


@dataclass(frozen=True, slots=True)
class SenderFigures:
    """Campaigns from addresses of a domain within FIGURES_DAYS; people whose mailbox answered, and who complained."""

    campaigns: int = 0
    answered: int = 0
    complained: int = 0

    @property
    def complaint_share(self) -> float:
        """0 to 1."""
        return self.complained / self.answered if self.answered else 0.0


# Each gets the name of a domain.
SOURCES: list[Callable[[str], SenderFigures]] = []
AFTER_CHANGED: list[Callable[[], None]] = []


def figures_of(domain: str) -> SenderFigures:
    """What all sources know, together."""
    found = [source(domain) for source in SOURCES]
    return SenderFigures(
        sum(each.campaigns for each in found),
        sum(each.answered for each in found),
        sum(each.complained for each in found),
    )


def tell_changed() -> None:
    """SES has let a domain go, or let it send."""
    for listener in AFTER_CHANGED:
        listener()
