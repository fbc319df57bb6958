"""What websites post to: JSON at one address for all forms, and for pages without scripts the form's own page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.forms import stamps
from campaigns.forms.bundle import SCRIPT, source_of
from campaigns.forms.models import ContactForm
from campaigns.forms.reading import MAX_BODY_BYTES, TRAP, UnreadableBody, Written, read_fields, read_json
from campaigns.forms.services import (
    HOUR_S,
    TooMany,
    accept_message,
    find_form,
    is_known_origin,
    may_use,
    own_origin,
)
from campaigns.forms.words import default_thanks, failure_words, field_words, limit_words, summary
from portal.middleware import client_ip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

logger = logging.getLogger(__name__)

STAMP = "shown"
_SEE_OTHER = 303
_PREFLIGHT_KEPT_S = "600"


@csrf_exempt  # no cookie comes with it; the Origin takes its place
@never_cache
@require_http_methods(["POST", "OPTIONS"])
def send_email(request: HttpRequest) -> HttpResponse:
    """`POST /sendEmail`: the customer's JSON; 202 when it is kept."""
    origin = request.headers.get("Origin", "")
    if request.method == "OPTIONS":
        return _preflight(origin)
    try:
        response = _take_json(request, origin)
    except Exception:
        # The edge: whoever writes is told that it failed, and nothing of why.
        logger.exception("form.broken")
        response = _refusal(500, failure_words())
        return _allow(response, origin) if _is_known(origin) else response
    response["Vary"] = "Origin"
    return response


def _preflight(origin: str) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Vary"] = "Origin"
    if not is_known_origin(origin):
        return response
    response["Access-Control-Allow-Methods"] = "POST"
    response["Access-Control-Allow-Headers"] = "Content-Type"
    response["Access-Control-Max-Age"] = _PREFLIGHT_KEPT_S
    return _allow(response, origin)


def _is_known(origin: str) -> bool:
    try:
        return is_known_origin(origin)
    except Exception:  # noqa: BLE001  # the database is what failed
        return False


def _allow(response: HttpResponse, origin: str) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = origin
    response["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def _take_json(request: HttpRequest, origin: str) -> HttpResponse:
    """Errors before the form is known are told to any website that has a form with us."""
    early = _body_problem(request)
    if early is not None:
        return _allow(early, origin) if is_known_origin(origin) else early
    try:
        written = read_json(request.body)
    except UnreadableBody:
        refused = _refusal(400, _("The body is no JSON object."))
        return _allow(refused, origin) if is_known_origin(origin) else refused
    form = find_form(written.form_key, origin)
    if form is None:
        refused = _refusal(404 if written.form_key else 400, _("There is no such form, or formId is missing."))
        return _allow(refused, origin) if is_known_origin(origin) else refused
    if origin and not may_use(form, origin):
        return _refusal(403, _("This website may not use the form."))
    with translation.override(form.language):
        response = _answer_json(request, form, written, origin)
    return _allow(response, origin) if origin else response


def _body_problem(request: HttpRequest) -> HttpResponse | None:
    if request.content_type != "application/json":
        return _refusal(415, _("Send it as application/json."))
    if _is_too_long(request):
        return _refusal(413, _("This is too long: at most %d bytes.") % MAX_BODY_BYTES)
    return None


def _is_too_long(request: HttpRequest) -> bool:
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return not (length.isascii() and length.isdecimal()) or int(length) > MAX_BODY_BYTES


def _answer_json(request: HttpRequest, form: ContactForm, written: Written, origin: str) -> HttpResponse:
    if written.problems and not written.is_by_machine:
        return _refusal(
            400, summary(written.problems), fields=field_words(written.problems),
            missing=[name for name, problem in written.problems.items() if problem == "missing"],
        )  # fmt: skip
    website = "" if origin == own_origin() else origin
    outcome = accept_message(form, written, origin=website, ip_address=client_ip(request))
    if isinstance(outcome, TooMany):
        response = _refusal(429, limit_words())
        response["Retry-After"] = str(outcome.retry_after_s)
        return response
    thanks = form.thanks_text or default_thanks()
    return JsonResponse({"messageId": outcome.message_id, "message": thanks}, status=202)


def _refusal(status: int, error: str, **more: object) -> HttpResponse:
    return JsonResponse({"error": error, **more}, status=status)


@csrf_exempt  # posted from other websites, without a cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact_page(request: HttpRequest, form_key: str) -> HttpResponse:
    """The form on a page of ours; also where pages of other websites post to when their script did not run."""
    form = ContactForm.objects.filter(form_key=form_key).first()
    if form is None:
        return _told(request, _("There is no form here"), _("Perhaps the address was cut off."), status=404)
    with translation.override(form.language):
        if not form.is_active:
            return _told(request, form.title, _("This form is closed for now."), status=410)
        if request.method != "POST":
            return _show(request, form, {})
        return _take_fields(request, form)


@cache_control(public=True, max_age=3600)
@require_http_methods(["GET", "HEAD"])
def script(_request: HttpRequest) -> HttpResponse:
    """The script that sends forms of other websites, at an address that stays."""
    return HttpResponse(source_of(SCRIPT), content_type="text/javascript; charset=utf-8")


def _take_fields(request: HttpRequest, form: ContactForm) -> HttpResponse:
    if _is_too_long(request):
        return _told(request, form.title, _("This is too long: at most %d bytes.") % MAX_BODY_BYTES, status=413)
    given = request.POST.dict()
    written = read_fields(given)
    if written.is_by_machine:
        accept_message(form, written, origin="", ip_address=client_ip(request))
        return _thanked(request, form, "")
    if written.problems:
        return _show(request, form, given, errors=field_words(written.problems), status=400)
    origin = request.headers.get("Origin", "")
    is_embedded = origin in form.origins
    if not is_embedded and not stamps.is_read_by_a_person(str(given.get(STAMP, "")), form.form_key):
        return _show(request, form, given, asks_again=True)
    outcome = accept_message(
        form, written, origin=origin if is_embedded else "", ip_address=client_ip(request)
    )  # fmt: skip
    if isinstance(outcome, TooMany):
        response = _told(request, _("Too many at once"), limit_words(), status=429)
        response["Retry-After"] = str(min(outcome.retry_after_s, HOUR_S))
        return response
    return _thanked(request, form, origin if is_embedded else "")


def _thanked(request: HttpRequest, form: ContactForm, origin: str) -> HttpResponse:
    if origin and form.return_url:
        return HttpResponseRedirect(form.return_url, status=_SEE_OTHER)
    return _told(request, _("Thank you!"), form.thanks_text or default_thanks())


def _show(
    request: HttpRequest,
    form: ContactForm,
    given: Mapping[str, object],
    *,
    errors: Mapping[str, str] | None = None,
    asks_again: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form, "given": given, "errors": errors or {}, "asks_again": asks_again, "trap": TRAP,
        "stamp": stamps.shown_stamp(form.form_key),
    }  # fmt: skip
    return render(request, "campaigns/forms/page.html", context, status=status)


def _told(request: HttpRequest, heading: str, text: str, *, status: int = 200) -> HttpResponse:
    return render(request, "campaigns/signup/told.html", {"heading": heading, "text": text}, status=status)
