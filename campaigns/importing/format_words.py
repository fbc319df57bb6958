"""Encodings and delimiters as the columns step names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ENCODINGS: dict[str, _StrPromise | str] = {
    "utf-8": "UTF-8",
    "cp1252": _("Windows-1252 (Western Europe)"),
    "cp1250": _("Windows-1250 (Central Europe)"),
    "iso8859_2": _("ISO 8859-2 (Central Europe)"),
    "cp1251": _("Windows-1251 (Cyrillic)"),
    "koi8_r": _("KOI8-R (Cyrillic)"),
    "cp1253": _("Windows-1253 (Greek)"),
    "cp1254": _("Windows-1254 (Turkish)"),
    "cp1255": _("Windows-1255 (Hebrew)"),
    "cp1256": _("Windows-1256 (Arabic)"),
    "cp1257": _("Windows-1257 (Baltic)"),
    "cp874": _("Windows-874 (Thai)"),
    "mac_roman": _("Mac Roman"),
    "cp850": _("DOS 850 (Western Europe)"),
    "cp437": _("DOS 437 (United States)"),
    "cp932": _("Shift JIS (Japanese)"),
    "euc_jp": _("EUC-JP (Japanese)"),
    "gb18030": _("GB 18030 (Chinese)"),
    "big5": _("Big5 (Chinese)"),
    "cp949": _("Windows-949 (Korean)"),
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-32-le": "UTF-32 LE",
    "utf-32-be": "UTF-32 BE",
}
DELIMITERS: dict[str, _StrPromise | str] = {
    ",": _(", comma"),
    ";": _("; semicolon"),
    "\t": _("tab"),
    "|": _("| bar"),
    "^": _("^ caret"),
    "~": _("~ tilde"),
    ":": _(": colon"),
    "\x1f": _("unit separator"),
}


def encoding_label(encoding: str) -> str:
    """A Python codec name as people know it."""
    return str(ENCODINGS.get(encoding, encoding))
