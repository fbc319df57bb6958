"""Addresses that tests go to, as people type them: several in one field, with or without names."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from portal.address_words import address_problem
from portal.errors import InvalidInput
from portal.mail.address import InvalidAddress, parse_address

MAX_GUESTS = 20

_BETWEEN = re.compile(r"[,;\r\n\t]+")
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")


def read_addresses(text: str) -> list[str]:
    """The addresses in the text, each once. Raises InvalidInput naming every one that is none, or when there are too many."""
    found: dict[str, str] = {}
    problems: list[str] = []
    for word in _words(text):
        try:
            address = parse_address(word)
        except InvalidAddress as error:
            problems.append(_("“%(word)s”: %(problem)s") % {"word": word[:80], "problem": address_problem(error)})
        else:
            found.setdefault(address.key, address.address)
    if problems:
        raise InvalidInput(" ".join(problems[:5]))
    require_few(len(found))
    return list(found.values())


def require_few(count: int) -> None:
    """Raise InvalidInput above what one test may reach: a test is looked at by few, a campaign is for the others."""
    if count > MAX_GUESTS:
        values = {"most": MAX_GUESTS, "count": count}
        raise InvalidInput(_("A test goes to at most %(most)d addresses; these are %(count)d.") % values)


def _words(text: str) -> list[str]:
    """What may be an address: `Anna Berg <anna@…>` is one, `anna@… bert@…` are two."""
    words: list[str] = []
    for piece in _BETWEEN.split(text.replace("\0", "")):
        named = _NAMED.fullmatch(piece.strip())
        words += [named.group(1).strip()] if named else piece.split()
    return words
