"""Reading request bodies: JSON of bounded size and depth, without characters that a database cannot keep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.utils.translation import gettext as _
from ninja.parser import Parser

from campaigns.api.problems import Problem

if TYPE_CHECKING:
    from django.http import HttpRequest

MAX_DEPTH = 12
_READ_BYTES = 256 * 1024


class BoundedParser(Parser):
    """What the API reads bodies with. Raises Problem."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        parsed = read_json(body_of(request))
        if not isinstance(parsed, dict):
            raise Problem(400, "bad_json", _("The body must be a JSON object."))
        return cast("dict[str, Any]", parsed)


def body_of(request: HttpRequest) -> bytes:
    """The whole body, read once; larger ones than Django's limit for forms, since attachments are in it.

    Raises Problem above API_BODY_MAX_BYTES, and stops reading there.
    """
    known = getattr(request, "_body", None)
    if isinstance(known, bytes):
        return known
    limit = settings.API_BODY_MAX_BYTES
    given = request.META.get("CONTENT_LENGTH") or "0"
    if given.isdecimal() and int(given) > limit:
        raise _too_large(limit)
    blocks, size = [], 0
    while block := request.read(_READ_BYTES):
        size += len(block)
        if size > limit:
            raise _too_large(limit)
        blocks.append(block)
    body = b"".join(blocks)
    request._body = body  # noqa: SLF001  # where Django keeps it, too
    return body


def read_json(body: bytes) -> object:
    """Parse JSON. Raises Problem for what is none, is nested too deeply, or holds what no database takes."""
    try:
        parsed = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "bad_json", _("The body cannot be read as JSON: %s") % str(error)[:200]) from error
    _require_plain(parsed, depth=0)
    return cast("object", parsed)


def _require_plain(value: object, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Problem(400, "bad_json", _("The body is nested deeper than %d levels.") % MAX_DEPTH)
    if isinstance(value, dict):
        for name, item in value.items():
            _require_plain(name, depth=depth + 1)
            _require_plain(item, depth=depth + 1)
    elif isinstance(value, list):
        for item in value:
            _require_plain(item, depth=depth + 1)
    elif isinstance(value, str) and not _is_storable(value):
        raise Problem(400, "bad_json", _("The body has a character in it that no text has (a NUL, or half a pair)."))


def _is_storable(text: str) -> bool:
    if text.isascii():
        return "\0" not in text
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(_("a name stands twice in one object"))
    return found


def _refuse_constant(name: str) -> float:
    raise ValueError(_("%s is no number of JSON") % name)


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", _("A request holds at most %d bytes.") % limit)
