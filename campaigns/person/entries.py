"""What one line of a person's time line is, and the kinds that can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


class Kind(models.TextChoices):
    """What a line is about; the word stands in the address of the page."""

    MAIL = "mail", _("mail")
    READ = "read", _("opens and clicks")
    EDIT = "edit", _("edits")
    GROUP = "group", _("lists and tags")
    IMPORT = "import", _("imports")
    CONSENT = "consent", _("consent")
    STOP = "stop", _("suppression")


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, a word in a badge, what it was about, in whose words, by whom.

    `key` is unique on one time line; with `at` it is the line's place in the order. `url` needs `permission`.
    """

    at: datetime
    key: str
    kind: Kind
    word: str
    tone: str = ""
    what: str = ""
    url: str = ""
    permission: str = ""
    words: str = ""
    who: str = ""
    seen_url: str = ""
    raw_url: str = ""  # the event as SES sent it; needs campaigns.view_rawevent
    changes: tuple[Change, ...] = ()

    @property
    def place(self) -> tuple[datetime, str]:
        return self.at, self.key
