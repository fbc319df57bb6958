"""Liquid for messages: parse with problems in words, render within limits.

Values are texts and nothing else; there is no attribute access, no other template, no file, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from liquid import BoundTemplate, Environment, Node, Token
from liquid.builtin.expressions import Path
from liquid.exceptions import LiquidError, LiquidInterrupt
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG

from campaigns.messages.expressions import all_filters, all_nodes, all_paths
from campaigns.messages.filters import FILTERS, register_filters
from campaigns.messages.metering import MeteredBuffer, MeteredContext, TooMuchWorkError
from campaigns.messages.problems import Problem, RenderingRefused, TemplateInvalid, line_of, problem_at
from campaigns.messages.safe_tags import register_tags
from campaigns.messages.scan import Piece, PieceKind, ScanError, scan
from campaigns.messages.structure import structure_faults

_LOOP_FIELDS = frozenset({"index", "index0", "rindex", "rindex0", "first", "last", "length"})

# What python-liquid lets through for odd arguments (a loop limit below zero, a range of letters), beside its own errors.
_LIBRARY_ERRORS = (LiquidError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)


class _SafeEnvironment(Environment):
    """python-liquid with our lexer, tags and filters only."""

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=False)
        register_tags(self)
        register_filters(self)

    def parse_pieces(self, source: str, pieces: Sequence[Piece]) -> list[Node]:
        """Parse pieces that were already scanned."""
        return get_parser(self).parse(TokenStream(_tokens(source, pieces)))


def _tokens(source: str, pieces: Sequence[Piece]) -> Iterator[Token]:
    for number, piece in enumerate(pieces):
        if piece.kind is PieceKind.COMMENT:
            continue
        if piece.kind in (PieceKind.TEXT, PieceKind.RAW):
            text = _trimmed(piece, pieces, number)
            if text:
                yield Token(TOKEN_CONTENT, text, piece.inner_start, source)
            continue
        if piece.kind is PieceKind.OUTPUT:
            yield Token(TOKEN_OUTPUT, source[piece.start : piece.end], piece.start, source)
        else:
            yield Token(TOKEN_TAG, piece.name, piece.start, source)
        if piece.inner:
            yield Token(TOKEN_EXPRESSION, piece.inner, piece.inner_start, source)


def _trimmed(piece: Piece, pieces: Sequence[Piece], number: int) -> str:
    if piece.kind is PieceKind.RAW:
        return piece.inner
    text = piece.inner
    if number and pieces[number - 1].trims_after:
        text = text.lstrip()
    if number + 1 < len(pieces) and pieces[number + 1].trims_before:
        text = text.rstrip()
    return text


@dataclass(frozen=True, slots=True)
class ParsedTemplate:
    """A template ready to render: its top-level nodes, and the names it sets itself."""

    source: str
    place: str
    nodes: tuple[Node, ...]
    assigned: frozenset[str]
    bound: BoundTemplate


class Rendering:
    """One rendering of a template for one person; nodes rendered in turn share what `assign` sets."""

    def __init__(self, template: ParsedTemplate, values: Mapping[str, str]) -> None:
        self._template = template
        present: dict[str, object] = {name: value for name, value in values.items() if value and not value.isspace()}
        self._context = MeteredContext(template.bound, globals=present)

    def text_of(self, nodes: Iterable[Node]) -> str:
        """Render nodes. Raises RenderingRefused when they run over the limits or cannot be calculated."""
        buffer = MeteredBuffer(self._context.meter)
        for node in nodes:
            try:
                node.render(self._context, buffer)
            except LiquidInterrupt:
                break
            except _LIBRARY_ERRORS as error:
                problem = problem_of(error, self._template, fallback=node.token)
                raise RenderingRefused(problem) from error
        return buffer.getvalue()


class Liquid:
    """Liquid for one kind of text. Use the two made below."""

    def __init__(self, environment: _SafeEnvironment) -> None:
        self._environment = environment

    def parse(self, source: str, *, place: str) -> ParsedTemplate:
        """Parse `source`; `place` names it in problems. Raises TemplateInvalid."""
        pieces = _scanned(source, place)
        nodes = self._nodes(source, pieces, place)
        problems = [*_path_problems(nodes, source, place), *_filter_problems(nodes, source, place)]
        if problems:
            raise TemplateInvalid(problems)
        assigned = {str(name) for node in all_nodes(nodes) for name in node.template_scope()}
        bound = BoundTemplate(self._environment, nodes)
        return ParsedTemplate(source, place, tuple(nodes), frozenset(assigned), bound)

    def _nodes(self, source: str, pieces: Sequence[Piece], place: str) -> list[Node]:
        try:
            return self._environment.parse_pieces(source, pieces)
        except _LIBRARY_ERRORS as error:
            index = _index_of(error, default=0)
            raise TemplateInvalid([_syntax_problem(error, source, index, pieces, place)]) from error

    def render(self, template: ParsedTemplate, values: Mapping[str, str]) -> str:
        """Render a whole template for one person. Raises RenderingRefused."""
        return Rendering(template, values).text_of(template.nodes)


def _scanned(source: str, place: str) -> list[Piece]:
    try:
        pieces = scan(source)
    except ScanError as error:
        problem = problem_at(source, error.index, code=error.code, place=place, message=error.message)
        raise TemplateInvalid([problem]) from error
    faults = structure_faults(pieces)
    if faults:
        problems = [problem_at(source, at, code=code, place=place, message=text) for code, at, text in faults]
        raise TemplateInvalid(problems)
    return pieces


def _syntax_problem(error: Exception, source: str, index: int, pieces: Sequence[Piece], place: str) -> Problem:
    piece = next((piece for piece in pieces if piece.start <= index < piece.end), None)
    shown = source[piece.start : piece.end][:80] if piece is not None else "The template"
    reason = error.message if isinstance(error, LiquidError) else "it is nested too deep or holds too large a number"
    message = f"“{shown}” cannot be understood: {reason}."
    return problem_at(source, index, code="syntax", place=place, message=message)


def _path_problems(nodes: Iterable[Node], source: str, place: str) -> list[Problem]:
    problems = []
    for path in all_paths(nodes):
        if _is_allowed(path):
            continue
        message = f"“{str(path)[:80]}” reaches inside a value. Only plain names work, such as {{{{ first_name }}}}."
        problems.append(problem_at(source, path.token.start_index, code="attribute", place=place, message=message))
    return problems


def _is_allowed(path: Path) -> bool:
    head, *inside = path.path
    if not inside:
        return isinstance(head, str)
    return head == "forloop" and len(inside) == 1 and inside[0] in _LOOP_FIELDS


def _filter_problems(nodes: Iterable[Node], source: str, place: str) -> list[Problem]:
    return [
        problem_at(source, used.token.start_index, code="unknown_filter", place=place, message=_no_filter(used.name))
        for used in all_filters(nodes)
        if used.name not in FILTERS
    ]


def _no_filter(name: str) -> str:
    return f"There is no filter “{name[:40]}”. These filters work: {', '.join(sorted(FILTERS))}."


def problem_of(error: Exception, template: ParsedTemplate, *, fallback: Token) -> Problem:
    """Put an error met while rendering into words."""
    line = line_of(template.source, _index_of(error, default=max(fallback.start_index, 0)))
    reason = error.message if isinstance(error, LiquidError) else "a number or a value does not fit"
    if isinstance(error, TooMuchWorkError):
        return Problem("too_much", template.place, line, f"This goes over the limits of one message: {reason}.")
    return Problem("cannot_render", template.place, line, f"This cannot be worked out: {reason}.")


def _index_of(error: Exception, *, default: int) -> int:
    token = error.token if isinstance(error, LiquidError) else None
    return token.start_index if token is not None and token.start_index >= 0 else default


HTML: Final = Liquid(_SafeEnvironment(autoescape=True))
PLAIN: Final = Liquid(_SafeEnvironment(autoescape=False))
