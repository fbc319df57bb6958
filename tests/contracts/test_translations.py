"""Each language is complete: nothing untranslated, placeholders as in English, compiled as written, every text marked."""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.translations import LANGUAGES, LOCALE, mo_bytes, po_bytes, po_path, read_catalog, texts, untranslated

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [
    path
    for folder in ("portal/templates", "campaigns/templates", "routing/templates")
    for path in sorted((ROOT / folder).rglob("*.html"))
]
PLACEHOLDER = re.compile(
    r"\[\w+\]|\{% \w+ [^%]*%\}|%\(\w+\)[sd]|%[sd]|%%|(?<!\{)\{\w*\}(?!\})|\{\{ ?[\w ().|:'-]+ ?\}\}"
)
TAG = re.compile(r"(</?(?:strong|b|em|a|code|br)\b)")
HOW = "`make messages`, then write the new texts in locale/<language>/LC_MESSAGES/django.po, then `make messages` again"

# Words in templates that are the same in every language.
NOT_TRANSLATED = {
    "Postroom",
    "CSV",
    "SES",
    "https://",
    "B",
    "I",
    "H",
    "UTC",
    "px",
    "kB",
    " ms",
    "Gmail",
    "List-Id",
    "inbound-smtp",
} | {
    "Authorization: Bearer pr_live_…",
    "X-Api-Key: pr_live_…",
}
_COMMENT = re.compile(
    r"\{% block (?:bodyclass|coltype) %\}.*?\{% endblock[^%]*%\}|\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->",
    re.DOTALL,
)
_MARKED = re.compile(r"\{% blocktranslate\b.*?\{% endblocktranslate %\}", re.DOTALL)
_LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_HTML = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)
_SPOKEN = re.compile(r"\b(?:aria-label|title|placeholder|alt)=\"([^\"]*)\"")
_EXAMPLE = re.compile(r"\S+\.(?:com|org|net|example)\S*")  # addresses and names of domains
_WORD = re.compile(r"[^\W\d_]{2,}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_a_translation(language):
    catalog = read_catalog(language)
    marked = {(message.id, message.context) for message in texts() if message.id}
    written = {(message.id, message.context) for message in catalog if message.id}
    assert marked - written == set(), HOW
    assert written - marked == set(), HOW
    assert untranslated(catalog) == [], HOW


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_tags_are_those_of_the_english_text(language):
    wrong = []
    for message in read_catalog(language):
        if not message.id:
            continue
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        translated = [message.string] if isinstance(message.string, str) else list(message.string)
        allowed = [_placeholders(text) for text in english]
        wrong += [text for text in translated if _placeholders(text) not in allowed]
    assert wrong == []


def _placeholders(text: str) -> Counter[str]:
    found = PLACEHOLDER.findall(text)
    named = {name for name in found if len(name) > len("%s")}  # may come as often as the sentence needs
    return Counter(named) + Counter(name for name in found if name not in named) + Counter(TAG.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_are_as_make_messages_writes_them(language):
    catalog = read_catalog(language)
    assert po_path(language).read_bytes() == po_bytes(catalog), HOW
    assert po_path(language).with_suffix(".mo").read_bytes() == mo_bytes(catalog), HOW


def test_every_language_of_the_settings_has_its_folder():
    from django.conf import settings

    assert {code for code, _name in settings.LANGUAGES} == {"en", *LANGUAGES}
    assert {path.name for path in LOCALE.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_text_of_a_template_is_marked(template):
    source = _MARKED.sub(" ", _COMMENT.sub(" ", template.read_text()))
    shown = _LIQUID.sub(" ", source)
    spoken = " ".join(_SPOKEN.findall(shown))
    bare = _EXAMPLE.sub(" ", html.unescape(_HTML.sub(" ", shown)) + " " + spoken)
    for words in sorted(NOT_TRANSLATED, key=len, reverse=True):
        bare = bare.replace(words, " ")
    assert _WORD.findall(bare) == []
