"""All checks of what a message says, before anybody is chosen to get it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from campaigns.messages.checks.fields import field_points
from campaigns.messages.checks.inbox_line import inbox_points
from campaigns.messages.checks.links import link_points
from campaigns.messages.checks.page import ReadPage, read_page
from campaigns.messages.checks.pictures import picture_points
from campaigns.messages.checks.point import Level, MessageCheck, point_of
from campaigns.messages.checks.size import size_point
from campaigns.messages.checks.spam_signs import spam_points
from campaigns.messages.checks.typed import TypedBody
from campaigns.messages.checks.way_out import postal_address_point, unsubscribe_point
from campaigns.messages.compile import CompiledMessage, RenderedMessage
from campaigns.messages.problems import RenderingRefused, TemplateInvalid
from campaigns.messages.services import compiled_source
from campaigns.messages.variables import all_names, variables_of_message

if TYPE_CHECKING:
    from campaigns.messages.source import MessageSource

TYPICAL_VALUES = {
    "first_name": "Alexandra",
    "last_name": "Lindqvist",
    "address": "alexandra.lindqvist@example.org",
    "unsubscribe_url": "https://mail.example.org/u/" + "a" * 60,
}
TYPICAL_VALUE = "about twenty letters"
_ORDER = (Level.BAD, Level.WARN, Level.GOOD)


def check_message(source: MessageSource) -> list[MessageCheck]:
    """Check the words of a message, the worst first; only what cannot be compiled, where it cannot be."""
    try:
        compiled = compiled_source(source)
        typical = _typical(compiled, source)
    except TemplateInvalid as error:
        return [point_of(problem) for problem in error.problems]
    except RenderingRefused as error:
        return [point_of(error.problem)]
    return worst_first(list(_points(source, compiled, typical)))


def read_message(compiled: CompiledMessage) -> ReadPage:
    """Links, pictures and words of a compiled message, its Liquid as typed."""
    return read_page(compiled.html_part.template.source)


def worst_first(points: Sequence[MessageCheck]) -> list[MessageCheck]:
    """The same points: what blocks, what to look at, what is fine."""
    return sorted(points, key=lambda point: _ORDER.index(point.level))


def _points(source: MessageSource, compiled: CompiledMessage, typical: RenderedMessage) -> Iterator[MessageCheck]:
    page = read_message(compiled)
    yield from field_points(variables_of_message(source))
    yield unsubscribe_point(page)
    yield postal_address_point(source, page)
    yield from picture_points(page, typed_body(source), source.layout)
    yield from link_points(page, typed_body(source))
    yield size_point(typical.html)
    yield from inbox_points(typical.subject, source.preheader)
    yield from spam_points(typical.subject, page, typed_body(source))


def typed_body(source: MessageSource) -> TypedBody:
    """The body, to find places in from its start."""
    return TypedBody.of(source.body, has_layout=source.kind != "html")


def _typical(compiled: CompiledMessage, source: MessageSource) -> RenderedMessage:
    others = dict.fromkeys(all_names(variables_of_message(source)), TYPICAL_VALUE)
    return compiled.render(others | TYPICAL_VALUES)
