"""The names that a message reads, each with the place where it first stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.messages.expressions import all_nodes, all_paths
from campaigns.messages.liquid import HTML, PLAIN, ParsedTemplate
from campaigns.messages.problems import BODY, PREHEADER, SUBJECT, TEXT_BODY, line_of
from campaigns.messages.source import MessageSource


@dataclass(frozen=True, slots=True)
class NameUse:
    """A name of a person's value and where the message first reads it."""

    name: str
    place: str
    line: int


def names_used(source: MessageSource) -> list[NameUse]:
    """Every name read from a person's values, once per place. Raises TemplateInvalid."""
    templates = (
        PLAIN.parse(source.subject, place=SUBJECT),
        PLAIN.parse(source.preheader, place=PREHEADER),
        HTML.parse(source.body, place=BODY),
        PLAIN.parse(source.text_body, place=TEXT_BODY),
    )
    return [use for template in templates for use in _uses(template)]


def _uses(template: ParsedTemplate) -> Iterator[NameUse]:
    own = template.assigned | {"forloop"}
    own |= {str(name) for node in all_nodes(template.nodes) for name in node.block_scope()}
    seen: set[str] = set()
    for path in all_paths(template.nodes):
        name = str(path.path[0])
        if name not in own and name not in seen:
            seen.add(name)
            yield NameUse(name, template.place, line_of(template.source, max(path.token.start_index, 0)))
