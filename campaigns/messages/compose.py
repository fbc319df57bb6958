"""Makes the three Liquid texts of a message (subject, HTML, plain text) from what was written."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.images.references import with_addresses
from campaigns.messages.expansion import expand_source
from campaigns.messages.inline_css import inline_css
from campaigns.messages.layout import add_preheader, text_foot, wrap_in_layout
from campaigns.messages.liquid import HTML, PLAIN
from campaigns.messages.markdown import render_markdown
from campaigns.messages.markup import require_sound_markup
from campaigns.messages.mjml import render_mjml
from campaigns.messages.problems import (
    BODY,
    PREHEADER,
    SUBJECT,
    TEXT_BODY,
    Problem,
    TemplateInvalid,
    line_of,
)
from campaigns.messages.protect import protect
from campaigns.messages.scan import ScanError
from campaigns.messages.source import MessageSource
from campaigns.messages.text_part import text_from_html

MAX_MARKDOWN_CHARS = 64_000  # some twenty pages
MAX_TYPED_CHARS = 105_000  # what Gmail shows; styles in their elements may make it longer


@dataclass(frozen=True, slots=True)
class ComposedMessage:
    """Subject, HTML and plain text, still with Liquid in them."""

    subject: str
    html: str
    text: str


def compose_message(source: MessageSource) -> ComposedMessage:
    """Put snippets in, render Markdown or MJML, lay out, inline CSS, derive the text.

    Raises TemplateInvalid with every problem found, each by the line as typed.
    """
    expanded = expand_source(source)
    problems = [*expanded.problems, *map(expanded.located, source_problems(expanded.source))]
    if problems:
        raise TemplateInvalid(problems)
    try:
        return _composed(expanded.source)
    except TemplateInvalid as error:
        raise TemplateInvalid([expanded.located(problem) for problem in error.problems]) from error


def _composed(source: MessageSource) -> ComposedMessage:
    try:
        html, fragment = _html_of(source)
        text = _text_of(source, fragment)
    except ScanError as error:  # what was typed is within the limits, what is made of it is not
        raise TemplateInvalid([Problem(error.code, BODY, 0, error.message)]) from error
    return ComposedMessage(source.subject.strip(), with_addresses(html, source.images), text)


def _html_of(source: MessageSource) -> tuple[str, str]:
    """Give the whole HTML, and the part of it that is the message itself."""
    if source.kind == "html":
        require_sound_markup(protect(source.body).text)
        return add_preheader(inline_css(source.body), source.preheader), source.body
    if source.kind == "mjml":
        page = render_mjml(source.body)
        return add_preheader(page, source.preheader), page
    fragment = render_markdown(source.body)
    require_sound_markup(protect(fragment).text)
    page = wrap_in_layout(fragment, preheader=source.preheader, layout=source.layout)
    return inline_css(page), fragment


def _text_of(source: MessageSource, fragment: str) -> str:
    """Give the text as typed, or derived; below Markdown with the foot of the layout, which holds the way out."""
    text = source.text_body if source.text_body.strip() else text_from_html(fragment)
    foot = text_foot(source.layout) if source.kind == "markdown" else ""
    if not foot or "unsubscribe_url" in source.text_body:
        return text
    return f"{text.rstrip()}\n\n{foot}"


def source_problems(source: MessageSource) -> list[Problem]:
    """Find all that must be mended in a message without snippets before it can be compiled."""
    problems = [*_subject_problems(source.subject)]
    most_chars = MAX_MARKDOWN_CHARS if source.kind == "markdown" else MAX_TYPED_CHARS
    if len(source.body) > most_chars:
        message = f"A message has {most_chars:,} characters at most. Put the rest on a page and link to it."
        return [*problems, Problem("too_long", BODY, 0, message)]
    checks = (
        (PLAIN, source.subject, SUBJECT),
        (PLAIN, source.preheader, PREHEADER),
        (HTML, source.body, BODY),
        (PLAIN, source.text_body, TEXT_BODY),
    )
    for liquid, text, place in checks:
        try:
            liquid.parse(text, place=place)
        except TemplateInvalid as error:
            problems.extend(error.problems)
    if not source.body.strip():
        problems.append(Problem("empty_body", BODY, 0, "The message has no text."))
    if source.kind == "markdown":
        problems.extend(source.layout.problems())
    return problems


def _subject_problems(subject: str) -> list[Problem]:
    text = subject.strip()
    if not text:
        return [Problem("empty_subject", SUBJECT, 0, "The subject is empty.")]
    broken = min(
        (at for at in map(text.find, ("\r", "\n", "\u2028", "\u2029", "\x0b", "\x0c", "\x85")) if at >= 0), default=-1
    )
    if broken >= 0:
        message = "The subject has a line break. Write it in one line."
        return [Problem("line_break", SUBJECT, line_of(text, broken), message)]
    if any(character < " " or character == "\x7f" for character in text):
        return [Problem("control_character", SUBJECT, 1, "The subject has a control character in it.")]
    return []
