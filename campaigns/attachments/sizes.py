"""Sizes of files in words, in the decimal units in which providers state their limits."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _, ngettext

_KB, _MB, _GB = 1_000, 1_000_000, 1_000_000_000


def size_text(size_bytes: int) -> str:
    """Such as “12.5 kB”."""
    if size_bytes < _KB:
        return ngettext("%d byte", "%d bytes", size_bytes) % size_bytes
    if size_bytes < _MB:
        return _("%s kB") % number_format(size_bytes / _KB, decimal_pos=1)
    if size_bytes < _GB:
        return _("%s MB") % number_format(size_bytes / _MB, decimal_pos=1)
    return _("%s GB") % number_format(size_bytes / _GB, decimal_pos=1)
