"""The pages of a form without a login: asking to join, and the link in the mail. Looking at a page changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.signup import links
from campaigns.signup.models import SignupForm
from campaigns.signup.public_forms import STAMP, TRAP, JoinForm, is_trapped
from campaigns.signup.questions import questions_of
from campaigns.signup.services import Outcome, Wish, ask_to_join, confirm_request, count_refusal, look_at_request
from portal.middleware import client_ip

if TYPE_CHECKING:
    from django.http import HttpRequest

    from campaigns.signup.models import SignupRequest

_READS_AND_ANSWERS = ["GET", "HEAD", "POST"]
_SEE_OTHER = 303
_DAMAGED = gettext_lazy("It is damaged or was cut off. Open it from the mail again. Nothing has changed.")
_TOO_OLD = gettext_lazy("Nothing has changed. Please sign up once more; then a new mail comes.")
_NO_MAIL = gettext_lazy(
    "… we do not write to this address: a mail to it came back, or was marked as spam, and so it is stopped. Please write"
    " to us if it works again; then we let mail go to it."
)


@csrf_exempt  # posted from other websites, without a cookie; stamp or Origin take its place
@never_cache
@require_http_methods(_READS_AND_ANSWERS)
def hosted(request: HttpRequest, form_key: str) -> HttpResponse:
    """The form on a page of its own; also where snippets on other websites post to."""
    return _page(request, form_key, is_framed=False)


@csrf_exempt
@never_cache
@xframe_options_exempt
@require_http_methods(_READS_AND_ANSWERS)
def framed(request: HttpRequest, form_key: str) -> HttpResponse:
    """The same form for a frame on the websites that are allowed to embed it."""
    response = _page(request, form_key, is_framed=True)
    form = SignupForm.objects.filter(form_key=form_key).only("allowed_origins").first()
    origins = form.origins if form is not None else []
    response._csp_replace = {"frame-ancestors": ["'self'", *origins]}  # type: ignore[attr-defined]  # noqa: SLF001
    return response


@csrf_exempt  # no cookie comes with it; the signed link is the proof
@never_cache
@require_http_methods(_READS_AND_ANSWERS)
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail: looking shows one button, so scanners confirm nothing; only POST does."""
    request_id = links.read_token(token)
    if request_id is None:
        return _told(request, _("This link does not work"), _DAMAGED, status=404)
    is_pressed = request.method == "POST"
    outcome, found = confirm_request(request_id) if is_pressed else look_at_request(request_id)
    if found is None:
        return _told(request, _("This link is too old"), _TOO_OLD, status=410)
    with translation.override(found.form.language):
        return _outcome_page(request, outcome, found)


def _page(request: HttpRequest, form_key: str, *, is_framed: bool) -> HttpResponse:
    form = SignupForm.objects.filter(form_key=form_key).first()
    if form is None:
        return _told(request, _("There is no form here"), _("Perhaps the address was cut off."), status=404)
    with translation.override(form.language):
        if not form.is_open:
            return _told(request, form.title, _("This form is closed for now."), status=410)
        if request.method != "POST":
            return _show(request, form, _join_form(form))
        return _take(request, form, is_framed=is_framed)


def _take(request: HttpRequest, form: SignupForm, *, is_framed: bool) -> HttpResponse:
    if is_trapped(request.POST.dict()):
        count_refusal(form, "trapped_count")
        return _asked(request, form, is_framed=is_framed)
    answers = _join_form(form, request.POST)
    if not answers.is_valid():
        return _show(request, form, answers)
    origin = request.headers.get("Origin", "")
    is_embedded = origin in form.origins
    if not is_embedded and not links.is_read_by_a_person(request.POST.get(STAMP, ""), form.form_key):
        return _show(request, form, answers, asks_again=True)
    wish = Wish(
        answers.cleaned_data["address"], answers.values, origin if is_embedded else "", client_ip(request)
    )  # fmt: skip
    if not ask_to_join(form, wish):
        return _told(request, _("Too many at once"), _("Please try it again in an hour."), status=429)
    return _asked(request, form, is_framed=is_framed)


def _asked(request: HttpRequest, form: SignupForm, *, is_framed: bool) -> HttpResponse:
    """The one answer, whoever asked for whatever address, and also to machines."""
    if form.return_url and not is_framed and request.headers.get("Origin", "") in form.origins:
        return HttpResponseRedirect(form.return_url, status=_SEE_OTHER)
    kept = [(name, value) for name, value in request.POST.items() if name not in {TRAP, STAMP}]
    context = {
        "form": form, "address": request.POST.get("address", "")[:320], "kept": kept,
        "stamp": links.shown_stamp(form.form_key),
    }  # fmt: skip
    return render(request, "campaigns/signup/asked.html", context)


def _show(request: HttpRequest, form: SignupForm, answers: JoinForm, *, asks_again: bool = False) -> HttpResponse:
    context = {
        "form": form, "answers": answers, "stamp": links.shown_stamp(form.form_key), "asks_again": asks_again,
    }  # fmt: skip
    return render(request, "campaigns/signup/join.html", context)


def _join_form(form: SignupForm, data: Any = None) -> JoinForm:
    return JoinForm(data, questions=questions_of(form), consent_text=form.consent_text, label_suffix="")


def _outcome_page(request: HttpRequest, outcome: Outcome, found: SignupRequest) -> HttpResponse:
    form = found.form
    if outcome is Outcome.WAITING:
        labels = {question.name: question.label for question in questions_of(form)}
        typed = [(labels[name], value) for name, value in found.values.items() if value and name in labels]
        return render(request, "campaigns/signup/confirm.html", {"form": form, "wish": found, "typed": typed})
    if outcome is Outcome.JOINED:
        thanks = form.thanks_text or _("You are on the list. Each of our mails has a link to leave it again.")
        return _told(request, _("Thank you!"), thanks)
    if outcome is Outcome.JOINED_BUT_NO_MAIL:
        return _told(request, _("You are on the list, but …"), _NO_MAIL)
    if outcome is Outcome.ALREADY:
        return _told(request, _("Confirmed already"), _("This link was used before. There is nothing left to do."))
    return _told(request, _("This link is too old"), _TOO_OLD, status=410)


def _told(request: HttpRequest, heading: str, text: Any, *, status: int = 200) -> HttpResponse:
    context = {"heading": heading, "text": text}
    return render(request, "campaigns/signup/told.html", context, status=status)
