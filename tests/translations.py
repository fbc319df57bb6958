"""The translations: read the texts of the portal, bring `locale/` up to date, compile. `python -m tests.translations`.

Pure Python (babel), so that neither this nor the tests need gettext's programs. The compiled files are committed:
whoever runs the portal needs neither.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ("de",)
SOURCES = ("portal", "campaigns", "routing", "credentials")
LINE_WIDTH = 120
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def texts() -> Catalog:
    """Every text of templates and code that is marked for translation, without translations."""
    catalog = Catalog(charset="utf-8")
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                _read_file(path, catalog)
    return catalog


def _read_file(path: Path, catalog: Catalog) -> None:
    source = path.read_text()
    if path.suffix != ".py":
        if not {"{% translate", "{% blocktranslate", "_("} & {mark for mark in _MARKS if mark in source}:
            return
        source = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())
    name = path.relative_to(ROOT).as_posix()
    for line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        flags = ("python-brace-format",) if path.suffix != ".py" and "{" in str(message) else ()
        catalog.add(message, None, [(name, line)], flags, context=context)


_MARKS = ("{% translate", "{% blocktranslate", "_(")


def po_path(language: str) -> Path:
    """Where the translations of a language are written by hand."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read_catalog(language: str) -> Catalog:
    """The translations as they are in the repository."""
    with po_path(language).open("rb") as file:
        return read_po(file, locale=language)


def po_bytes(catalog: Catalog) -> bytes:
    """As the file is written: sorted, without line numbers, so that a change shows only what changed."""
    file = io.BytesIO()
    write_po(file, catalog, width=LINE_WIDTH, sort_output=True, no_location=True, omit_header=False)
    return file.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """As Django reads it; what is fuzzy is left out."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def bring_up_to_date(language: str) -> list[str]:
    """Add new texts, drop those that are gone, compile; returns the texts that lack a translation."""
    catalog = read_catalog(language)
    catalog.update(texts(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    po_path(language).write_bytes(po_bytes(catalog))
    po_path(language).with_suffix(".mo").write_bytes(mo_bytes(catalog))
    return untranslated(catalog)


def untranslated(catalog: Catalog) -> list[str]:
    """Texts without a translation, or with one that is only a guess."""
    return [str(message.id) for message in catalog if message.id and (message.fuzzy or not all(_forms(message.string)))]


def _forms(string: str | Sequence[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


if __name__ == "__main__":
    missing = {language: bring_up_to_date(language) for language in LANGUAGES}
    for language, found in missing.items():
        sys.stdout.write(f"{language}: {len(found)} without a translation\n" + "".join(f"  {text}\n" for text in found))
