"""The page on which a sign-up form is written: its looks beside it, its figures and what other websites copy below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from campaigns.audience.models import ContactList
from campaigns.messages.preview import FRAME_POLICY, html_frame, problems_frame
from campaigns.messages.problems import TemplateInvalid
from campaigns.signup.forms import SignupEditForm
from campaigns.signup.mail import sample_html
from campaigns.signup.models import SignupForm, SignupRequest
from campaigns.signup.public_forms import JoinForm
from campaigns.signup.questions import questions_of
from portal.activity import record_activity
from portal.pages import Crumb, actor_of, page, render_page
from portal.whole_urls import whole_url

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SHOWN_REQUESTS = 10
LIST_URL = "admin:campaigns_signupform_changelist"


@page("campaigns.add_signupform")
def new_form(request: HttpRequest) -> HttpResponseBase:
    """An empty form; `?list=` chooses its list."""
    chosen = request.GET.get("list", "")
    initial = {"contact_list": chosen} if chosen.isdecimal() else {}
    return _edit(request, SignupForm(), initial=initial)


@page("campaigns.view_signupform")
def edit_form(request: HttpRequest, form_id: int) -> HttpResponseBase:
    """One form; who may not change it sees the same page without Save."""
    return _edit(request, get_object_or_404(SignupForm, pk=form_id), initial={})


@page("campaigns.delete_signupform")
@require_POST
def remove_form(request: HttpRequest, form_id: int) -> HttpResponseBase:
    """Take the form away; people who joined through it stay."""
    form = get_object_or_404(SignupForm, pk=form_id)
    with transaction.atomic():
        record_activity("signup_form.deleted", actor=actor_of(request), target=form)
        form.delete()
    messages.success(request, _("The form “%s” is deleted. Who joined through it stays on the list.") % form.title)
    return redirect(LIST_URL)


@page("campaigns.view_signupform")
@require_POST
@xframe_options_sameorigin
def look(request: HttpRequest) -> HttpResponseBase:
    """The form, or its mail, as it stands in the editor, for the frame beside it."""
    edited = SignupEditForm(request.POST, instance=SignupForm(), prefix="")
    edited.is_valid()
    if request.POST.get("preview_view") == "mail":
        return _mail_look(edited.instance)
    form = edited.instance
    with translation.override(form.language):
        answers = JoinForm(None, questions=questions_of(form), consent_text=form.consent_text, label_suffix="")
        response = render(request, "campaigns/signup/join.html", {"form": form, "answers": answers, "stamp": ""})
    response._csp_replace = {"frame-ancestors": ["'self'"], "form-action": ["'none'"]}  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _mail_look(form: SignupForm) -> HttpResponse:
    try:
        shown = html_frame(sample_html(form))
    except TemplateInvalid as error:
        shown = problems_frame(error.problems)
    return HttpResponse(shown, headers={"Content-Security-Policy": FRAME_POLICY})


def _edit(request: HttpRequest, form: SignupForm, *, initial: dict[str, Any]) -> HttpResponseBase:
    may_change = request.user.has_perm("campaigns.change_signupform" if form.pk else "campaigns.add_signupform")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    edited = SignupEditForm(request.POST or None, instance=form, initial=initial)
    if request.method == "POST" and edited.is_valid():
        saved = _save(edited, request)
        messages.success(request, _("The form “%s” is saved.") % saved.title)
        return redirect("admin:campaigns_signupform_change", saved.pk)
    saved_form = SignupForm.objects.select_related("contact_list").filter(pk=form.pk).first() if form.pk else None
    context: dict[str, Any] = {
        "form": edited, "saved": saved_form, "may_change": may_change, "has_lists": ContactList.objects.exists(),
        **(_standing(saved_form) if saved_form else {}),
    }  # fmt: skip
    title = saved_form.title if saved_form else _("New sign-up form")
    crumbs = [Crumb(_("Sign-up forms"), reverse(LIST_URL))]
    return render_page(request, "campaigns/signup/edit.html", context, title=title, crumbs=crumbs)


@transaction.atomic
def _save(edited: SignupEditForm, request: HttpRequest) -> SignupForm:
    verb = "signup_form.changed" if edited.instance.pk else "signup_form.created"
    saved = edited.save()
    record_activity(verb, actor=actor_of(request), target=saved, fields=sorted(edited.changed_data))
    return saved


def _standing(form: SignupForm) -> dict[str, Any]:
    """Figures, latest requests, addresses and snippets of a saved form."""
    hosted = whole_url(reverse("signup", args=[form.form_key]))
    context = {"form": form, "questions": questions_of(form), "url": hosted, "frame_url": f"{hosted}/frame"}
    with translation.override(form.language):
        snippet = render_to_string("campaigns/signup/snippet.html", context).strip()
        frame_snippet = render_to_string("campaigns/signup/frame_snippet.html", context).strip()
    return {
        "hosted_url": hosted,
        "snippet": snippet,
        "frame_snippet": frame_snippet,
        "waiting_count": form.requests.filter(state=SignupRequest.State.PENDING).count(),
        "refused_count": form.trapped_count + form.limited_count,
        "latest": form.requests.order_by("-asked_at")[:SHOWN_REQUESTS],
    }
