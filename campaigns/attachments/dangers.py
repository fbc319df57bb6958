"""What a person should know of a file before it goes out: dangerous, refused, not what its name says; in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.attachments.contents import Kind, Sign, contradicts
from campaigns.attachments.names import REFUSED_BY_SES, RUNS, WITH_MACROS, ending_of, hides_its_ending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.attachments.models import NamedFile


@dataclass(frozen=True, slots=True)
class Danger:
    """One thing about one file. `code` is stable; `is_refused`: SES would not take the mail."""

    code: str
    text: str
    is_refused: bool = False


def dangers_of(named: NamedFile, *, through_ses: bool) -> list[Danger]:
    """What is to be said of a file, the worst first."""
    return [*_by_name(named.name, through_ses=through_ses), *_by_contents(named)]


def _by_name(name: str, *, through_ses: bool) -> Iterator[Danger]:
    ending = ending_of(name)
    if through_ses and ending in REFUSED_BY_SES:
        text = _("“%(name)s”: SES refuses every mail with a .%(ending)s file.")
        yield Danger("attachment_refused", text % {"name": name, "ending": ending}, is_refused=True)
    if hides_its_ending(name):
        text = _("“%(name)s” looks like a document but ends in .%(ending)s, as in mails that do harm.")
        yield Danger("attachment_hidden_ending", text % {"name": name, "ending": ending})
    elif ending in RUNS:
        text = _("“%s” can run as a program. Most mailboxes refuse it or put the mail with the spam.")
        yield Danger("attachment_runs", text % name)
    elif ending in WITH_MACROS:
        text = _("“%s” may hold macros. Many mailboxes refuse such files.")
        yield Danger("attachment_macros", text % name)


def _by_contents(named: NamedFile) -> Iterator[Danger]:
    name, kind, signs = named.name, Kind(named.file.looks_like), set(named.file.signs)
    if contradicts(name, kind):
        yield Danger("attachment_unlike", _contradiction(name, kind))
    if Sign.MACROS in signs and ending_of(name) not in WITH_MACROS:
        text = _("“%s” holds macros. Many mailboxes refuse such files.")
        yield Danger("attachment_macros", text % name)
    if Sign.PROGRAM_INSIDE in signs:
        text = _("“%s” has a program in it. Most mailboxes refuse such files.")
        yield Danger("attachment_program_inside", text % name)
    if Sign.ENCRYPTED in signs:
        text = _("“%s” is encrypted: no mailbox can look into it, so many refuse it.")
        yield Danger("attachment_encrypted", text % name)


def _contradiction(name: str, kind: Kind) -> str:
    if kind is Kind.UNKNOWN:
        text = _("“%(name)s” is not what its name says: it does not begin like a .%(ending)s file.")
    else:
        text = _("“%(name)s” is not what its name says: inside it looks like %(kind)s.")
    return text % {"name": name, "ending": ending_of(name), "kind": kind_words(kind)}


def kind_words(kind: Kind) -> str:
    """A kind of file in words."""
    words = {
        Kind.PROGRAM: _("a program"),
        Kind.SCRIPT: _("a script"),
        Kind.HTML: _("a web page"),
        Kind.OFFICE_XML: _("an Office document"),
        Kind.OLE: _("an old Office document"),
        Kind.SHORTCUT: _("a Windows shortcut"),
        Kind.DISK_IMAGE: _("a disk image"),
    }
    return words.get(kind) or kind.value.upper()
