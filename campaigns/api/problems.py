"""Errors of the API as RFC 9457 problem documents: what is wrong, and in which fields."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from campaigns.approval.gate import ApprovalNeeded
from campaigns.messages.problems import SUBJECT, TEXT_BODY, TemplateInvalid
from campaigns.transactional.services import MissingValues
from portal.errors import Conflict, InvalidInput, OutsideError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from ninja import NinjaAPI

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
_MAX_ERRORS = 50


class FieldError(TypedDict):
    """One field that cannot be used; `field` is a path such as recipients[3].email."""

    field: str
    code: str
    detail: str


@dataclass(slots=True)
class Problem(Exception):
    """An answer that says what is wrong. `code` is stable, `detail` is for people."""

    status: int
    code: str
    detail: str
    errors: Sequence[FieldError] = ()
    retry_after_s: int | None = None
    is_challenge: bool = False  # tells how to send a key


TITLES = {
    "bad_json": "The body is not the JSON that is expected",
    "too_large": "The body is too large",
    "invalid": "Some fields cannot be used",
    "unauthorised": "There is no usable API key",
    "forbidden": "The API key may not do this",
    "not_found": "There is no such thing",
    "method_not_allowed": "This address does not take that method",
    "conflict": "The state of things does not allow this",
    "approval_needed": "A second person has to approve it",
    "busy": "The same request is being carried out",
    "key_reused": "The Idempotency-Key belongs to another request",
    "too_many_requests": "Too many requests",
    "unavailable": "Postroom cannot do this at the moment",
    "bad_request": "The request cannot be used",
    "broken": "Postroom has failed",
}


def in_field(field: str, detail: str, *, code: str = "invalid") -> Problem:
    """A problem of one field."""
    return Problem(422, "invalid", detail, [FieldError(field=field, code=code, detail=detail)])


def problem_response(problem: Problem) -> JsonResponse:
    """The document; its type is a word of ours, since nothing better explains it than the title."""
    body = {
        "type": f"urn:postroom:problem:{problem.code}",
        "title": TITLES[problem.code],
        "status": problem.status,
        "detail": problem.detail,
        **({"errors": list(problem.errors)} if problem.errors else {}),
    }
    response = JsonResponse(body, status=problem.status, content_type=CONTENT_TYPE)
    if problem.retry_after_s is not None:
        response["Retry-After"] = str(problem.retry_after_s)
    if problem.is_challenge:
        response["WWW-Authenticate"] = 'Bearer realm="Postroom"'
    return response


def problem_of(error: Exception) -> Problem:
    """What to answer to an error of a service; that we failed, for one that nobody expected."""
    if isinstance(error, Problem):
        return error
    for kinds, answer in _ANSWERS:
        if isinstance(error, kinds):
            return answer(error)
    return Problem(500, "broken", _("That is our fault, and it is in our logs."))


def _missing_values(error: MissingValues) -> Problem:
    missing = [FieldError(field=f"values.{name}", code="missing", detail=str(error)) for name in error.names]
    return Problem(422, "invalid", str(error), missing)


def _template(error: TemplateInvalid) -> Problem:
    fields = {SUBJECT: "subject", TEXT_BODY: "text_body"}
    found = [
        FieldError(field=fields.get(each.place, "body"), code=each.code, detail=str(each)) for each in error.problems
    ]
    return Problem(422, "invalid", str(error), found[:_MAX_ERRORS])


def _unavailable(_error: Exception) -> Problem:
    detail = _("A part that this needs does not answer. Nothing was lost; send it again in a moment.")
    return Problem(503, "unavailable", detail, retry_after_s=RETRY_AFTER_S)


def register_handlers(api: NinjaAPI) -> None:
    """Let the API answer with problem documents only."""
    for kind in (Exception, Http404, HttpError):
        api.add_exception_handler(kind, _answer)
    api.add_exception_handler(ValidationError, _answer_fields)


def _answer(_request: HttpRequest, error: Exception | type[Exception]) -> JsonResponse:
    assert isinstance(error, Exception)
    problem = problem_of(error)
    if problem.code == "broken":
        logger.error("api.broken", exc_info=error)
    elif problem.code == "unavailable":
        logger.warning("api.unavailable", extra={"error": type(error).__name__})
    return problem_response(problem)


def _answer_fields(_request: HttpRequest, error: Exception | type[Exception]) -> JsonResponse:
    assert isinstance(error, ValidationError)
    found = [_field_error(each) for each in error.errors[:_MAX_ERRORS]]
    detail = _("Look at “errors”: each names a field and says what is wrong with it.")
    return problem_response(Problem(422, "invalid", detail, found))


def _field_error(found: dict[str, object]) -> FieldError:
    """From pydantic's words: ("body", "body", "recipients", 3, "email") becomes recipients[3].email."""
    place = found.get("loc")
    steps = list(place) if isinstance(place, (list, tuple)) else []
    for outer in ({"body", "query"}, {"order", "asked"}):  # where it came, and our name for all of it
        steps = steps[1:] if steps and steps[0] in outer else steps
    said = found.get("ctx")
    if not steps and isinstance(said, dict):  # what several fields do not agree on names one of them itself
        steps = [str(said.get("field", ""))]
    field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    code = str(found.get("type", "invalid"))
    if code == "extra_forbidden":
        return FieldError(field=field[:200], code="unknown_field", detail=_("There is no such field."))
    return FieldError(field=field[:200], code=code, detail=str(found.get("msg", ""))[:300])


def _from_ninja(error: HttpError) -> Problem:
    if isinstance(error.__cause__, Problem):
        return error.__cause__
    if error.status_code == 400:  # noqa: PLR2004
        return Problem(400, "bad_json", _("The body cannot be read as JSON."))
    return Problem(error.status_code, "bad_request", error.message)


# The first that fits, so that what is narrower stands before what it is a kind of.
_ANSWERS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[Any], Problem]], ...] = (
    (MissingValues, _missing_values),
    (TemplateInvalid, _template),
    (InvalidInput, lambda error: Problem(422, "invalid", str(error))),
    (ApprovalNeeded, lambda error: Problem(409, "approval_needed", str(error))),
    (Conflict, lambda error: Problem(409, "conflict", str(error))),
    ((OutsideError, OperationalError, InterfaceError), _unavailable),
    (Http404, lambda _error: Problem(404, "not_found", _("There is nothing with this id."))),
    (HttpError, _from_ninja),
)
