"""MJML to HTML, with Liquid kept: every fault refused with its line, nothing loaded from anywhere."""

from __future__ import annotations

import re

import mjml

from campaigns.messages.inline_css import inline_given_css
from campaigns.messages.markup import require_sound_markup
from campaigns.messages.mjml_reader import ReadMjml, read_mjml
from campaigns.messages.problems import BODY, Problem, TemplateInvalid, line_of, problem_at
from campaigns.messages.protect import as_verbatim, protect


def render_mjml(source: str) -> str:
    """Turn MJML with Liquid into a whole HTML document with the same Liquid. Raises TemplateInvalid.

    The Liquid must scan without error.
    """
    read = read_mjml(source)
    if read.faults:
        raise TemplateInvalid(
            [
                problem_at(source, fault.index, code=fault.code, place=BODY, message=fault.message)
                for fault in read.faults
            ]
        )
    _require_sound_contents(source, read)
    compiled = as_verbatim(_compiled(read))
    html = re.sub(rf"{read.mark}(\d+)z", lambda match: read.words[int(match.group(1))], compiled)
    require_sound_markup(protect(html).text)
    return inline_given_css(html, read.inline_css) if read.inline_css else html


def _compiled(read: ReadMjml) -> str:
    try:
        # No fonts, or the compiler's default font would be fetched from another company by every reader.
        return mjml.mjml2html(read.markup, fonts={}, disable_comments=True)
    except ValueError as error:
        message = "The MJML cannot be understood. Look for a tag or a value that is written in an unusual way."
        raise TemplateInvalid([Problem("mjml_broken", BODY, 0, message)]) from error


def _require_sound_contents(source: str, read: ReadMjml) -> None:
    for start, html in read.contents:
        try:
            require_sound_markup(html)
        except TemplateInvalid as error:
            lines_before = line_of(source, start) - 1
            raise TemplateInvalid(
                [Problem(found.code, BODY, found.line + lines_before, found.message) for found in error.problems]
            ) from error
