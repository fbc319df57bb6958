"""Texts compared without regard to case, in a way that every database can follow. Pure.

Databases fold other letters than a to z each in its own way, so only these are folded there; for a word with other
letters, the ways in which people write it are compared.
"""

from __future__ import annotations

_SMALL = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def folded(text: str) -> str:
    """A to Z made small, all else as it is."""
    return text.translate(_SMALL)


def spellings(text: str) -> set[str]:
    """The folded forms of a text as typed, in small and large letters, and with large initials."""
    return {folded(way) for way in (text, text.lower(), text.upper(), text.title())}
