"""Compiles a message once into literals and holes; per person only the holes are worked out.

One compiled form serves whole messages (`render`), SES bulk templates (`bulk_template`, `bulk_values`) and MIME
(`html`, `text`, `subject` as Segments, filled by `hole_values`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from markupsafe import escape

from campaigns.messages.bulk import BulkTemplate, make_bulk_template
from campaigns.messages.compose import ComposedMessage, compose_message
from campaigns.messages.conditions import is_blank
from campaigns.messages.expressions import all_paths
from campaigns.messages.holes import CompiledPart, compile_part
from campaigns.messages.liquid import HTML, PLAIN
from campaigns.messages.problems import BODY, SUBJECT, TEXT_BODY, Problem, RenderingRefused, TemplateInvalid
from campaigns.messages.source import LayoutValues, MessageSource
from portal.mail.segments import Segments

__all__ = [
    "BulkTemplate",
    "CompiledMessage",
    "LayoutValues",
    "MessageSource",
    "RenderedMessage",
    "RenderingRefused",
    "TemplateInvalid",
    "compile_message",
]

_SUBJECT_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_MARKUP = re.compile("[&<>'\"]")
_SUBJECT_FORBIDDEN = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """What one person gets."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class CompiledMessage:
    """A message ready to be sent to any number of people."""

    subject_part: CompiledPart
    html_part: CompiledPart
    text_part: CompiledPart
    bulk: BulkTemplate
    field_defaults: Mapping[str, str] = field(default_factory=dict)  # of the names it uses, for people without a value

    @property
    def parts(self) -> tuple[CompiledPart, ...]:
        """Subject, HTML and text."""
        return self.subject_part, self.html_part, self.text_part

    @property
    def subject(self) -> Segments:
        """The subject as literals and holes."""
        return self.subject_part.segments

    @property
    def html(self) -> Segments:
        """The HTML as literals and holes."""
        return self.html_part.segments

    @property
    def text(self) -> Segments:
        """The plain text as literals and holes."""
        return self.text_part.segments

    def hole_values(self, values: Mapping[str, str]) -> dict[str, str]:
        """Work out every hole for one person, HTML already escaped; keys are those of the segments.

        Raises RenderingRefused when this person's values drive the message over its limits.
        """
        filled: dict[str, str] = {}
        if self.field_defaults:
            values = with_defaults(values, self.field_defaults)
        self.subject_part.fill(values, filled)
        self.html_part.fill(values, filled)
        self.text_part.fill(values, filled)
        return filled

    def render(self, values: Mapping[str, str]) -> RenderedMessage:
        """Make the whole message for one person. Raises RenderingRefused."""
        filled = self.hole_values(values)
        return RenderedMessage(self.subject.fill(filled), self.html.fill(filled), self.text.fill(filled))

    def bulk_template(self) -> BulkTemplate:
        """Give the SES inline template, the same for everybody."""
        return self.bulk

    def bulk_values(self, values: Mapping[str, str]) -> dict[str, str]:
        """Give the replacement data of one person for `bulk_template`. Raises RenderingRefused."""
        filled = self.hole_values(values)
        if self.bulk.constants:
            filled.update(self.bulk.constants)
        return filled


def compile_message(source: MessageSource) -> CompiledMessage:
    """Compile what was written. Raises TemplateInvalid with every problem found."""
    compiled = compile_composed(compose_message(source))
    if not source.field_defaults:
        return compiled
    used = _names_of(compiled)
    return replace(compiled, field_defaults={name: value for name, value in source.field_defaults if name in used})


def with_defaults(values: Mapping[str, str], defaults: Mapping[str, str]) -> Mapping[str, str]:
    """The values of a person, with the default wherever there is none."""
    missing = {name: default for name, default in defaults.items() if is_blank(values.get(name))}
    return {**values, **missing} if missing else values


def compile_composed(composed: ComposedMessage) -> CompiledMessage:
    """Compile the three Liquid texts of a message. Raises TemplateInvalid."""
    subject = compile_part(PLAIN.parse(composed.subject, place=SUBJECT), prefix="s", clean=_in_one_line)
    html = compile_part(HTML.parse(composed.html, place=BODY), prefix="h", clean=_escaped)
    text = compile_part(PLAIN.parse(composed.text, place=TEXT_BODY), prefix="t", clean=_as_it_is)
    bulk = make_bulk_template(subject.segments, html.segments, text.segments)
    compiled = CompiledMessage(subject, html, text, bulk)
    _try_out(compiled)
    return compiled


def _try_out(compiled: CompiledMessage) -> None:
    """Render for somebody without any value and for somebody with all: what fails for both fails for everybody."""
    problems = [_failure(compiled, {}), _failure(compiled, dict.fromkeys(_names_of(compiled), "1"))]
    failed = [problem for problem in problems if problem is not None]
    if len(failed) == len(problems) or any(problem.code == "too_much" for problem in failed):
        raise TemplateInvalid(failed[:1])


def _names_of(compiled: CompiledMessage) -> set[str]:
    return {str(path.path[0]) for part in compiled.parts for path in all_paths(part.template.nodes)}


def _failure(compiled: CompiledMessage, values: Mapping[str, str]) -> Problem | None:
    try:
        compiled.hole_values(values)
    except RenderingRefused as error:
        return error.problem
    return None


def _escaped(value: str) -> str:
    return str(escape(value)) if _MARKUP.search(value) else value


def _as_it_is(value: str) -> str:
    return value


def _in_one_line(value: str) -> str:
    if value.isprintable():
        return value
    return _SUBJECT_FORBIDDEN.sub("", _SUBJECT_BREAKS.sub(" ", value))
