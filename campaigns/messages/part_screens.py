"""The pages on which what messages share is written: house layouts and snippets, each with a sample beside its form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.messages.checks import point_of
from campaigns.messages.drafts import (
    delete_layout,
    delete_snippet,
    layout_users,
    save_layout,
    save_snippet,
)
from campaigns.messages.field_names import field_names
from campaigns.messages.forms import LayoutForm, SnippetForm, contact_by_address
from campaigns.messages.models import HouseLayout, MessageContent, Snippet, Template
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import draft_source, layout_values, message_source
from campaigns.messages.snippets import uses_of
from campaigns.messages.source import SnippetSource
from campaigns.messages.views import SAMPLE_BODY, frame
from portal.errors import Conflict
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

LAYOUTS = "admin:campaigns_houselayout_changelist"
SNIPPETS = "admin:campaigns_snippet_changelist"
_SAMPLE_NAME = "this-snippet"


@page("campaigns.add_houselayout")
def new_layout(request: HttpRequest) -> HttpResponseBase:
    """An empty house layout."""
    return _edit_layout(request, HouseLayout(), may_change=True)


@page("campaigns.view_houselayout")
def edit_layout(request: HttpRequest, layout_id: int) -> HttpResponseBase:
    """One house layout; who may only look sees it in the preview."""
    layout = get_object_or_404(HouseLayout, pk=layout_id)
    return _edit_layout(request, layout, may_change=request.user.has_perm("campaigns.change_houselayout"))


@page("campaigns.delete_houselayout")
@require_POST
def remove_layout(request: HttpRequest, layout_id: int) -> HttpResponseBase:
    """Throw a house layout away, unless something uses it."""
    layout = get_object_or_404(HouseLayout, pk=layout_id)
    try:
        delete_layout(layout, actor=actor_of(request))
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("admin:campaigns_houselayout_change", layout_id)
    messages.success(request, _("The house layout “%s” is deleted.") % layout)
    return redirect(LAYOUTS)


@page("campaigns.view_houselayout")
@require_POST
def preview_layout(request: HttpRequest) -> HttpResponse:
    """Show a sample message in the layout that stands in the form, saved or not."""
    form = LayoutForm(request.POST, instance=HouseLayout())
    form.is_valid()
    sample = Template(subject="Spring meeting", body=SAMPLE_BODY)
    return frame(message_source(sample, layout_values(form.instance)), None, view=request.POST.get("preview_view", ""))


@page("campaigns.add_snippet")
def new_snippet(request: HttpRequest) -> HttpResponseBase:
    """An empty snippet."""
    return _edit_snippet(request, Snippet(), may_change=True)


@page("campaigns.view_snippet")
def edit_snippet(request: HttpRequest, snippet_id: int) -> HttpResponseBase:
    """One snippet, and where it is used."""
    snippet = get_object_or_404(Snippet, pk=snippet_id)
    return _edit_snippet(request, snippet, may_change=request.user.has_perm("campaigns.change_snippet"))


@page("campaigns.delete_snippet")
@require_POST
def remove_snippet(request: HttpRequest, snippet_id: int) -> HttpResponseBase:
    """Throw a snippet away, unless something uses it."""
    snippet = get_object_or_404(Snippet, pk=snippet_id)
    try:
        delete_snippet(snippet, actor=actor_of(request))
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("admin:campaigns_snippet_change", snippet_id)
    messages.success(request, _("The snippet “%s” is deleted.") % snippet)
    return redirect(SNIPPETS)


@page("campaigns.view_snippet")
@require_POST
def preview_snippet(request: HttpRequest) -> HttpResponse:
    """Show the snippet that stands in the form, saved or not, alone in the default house layout."""
    body, kind = request.POST.get("body", ""), request.POST.get("kind", "")
    sample = Template(subject="–", kind=MessageContent.Kind.MARKDOWN, body=body)
    known = draft_source(sample)  # with the snippets that it uses
    snippet = SnippetSource(_SAMPLE_NAME, "html" if kind == Snippet.Kind.HTML else "markdown", body)
    source = replace(known, body=f'{{% render "{_SAMPLE_NAME}" %}}', snippets=(*known.snippets, snippet))
    person = contact_by_address(request.POST.get("preview_as", ""))
    return frame(source, person, view=request.POST.get("preview_view", ""))


def _edit_layout(request: HttpRequest, layout: HouseLayout, *, may_change: bool) -> HttpResponseBase:
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    name = str(layout) if layout.pk else ""
    form = LayoutForm(request.POST or None, instance=layout)
    if request.method == "POST" and form.is_valid():
        saved = save_layout(form.save(commit=False), actor=actor_of(request))
        words = _("The house layout “%s” is saved. Campaigns that were started keep theirs.")
        messages.success(request, words % saved)
        return redirect("admin:campaigns_houselayout_change", saved.pk)
    context = {
        "form": form,
        "layout": layout if layout.pk else None,
        "may_change": may_change,
        "users": layout_users(layout) if layout.pk else [],
    }
    return _form_page(request, "layout.html", context, title=name or _("New house layout"), home=_("House layouts"))


def _edit_snippet(request: HttpRequest, snippet: Snippet, *, may_change: bool) -> HttpResponseBase:
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    name = snippet.name
    form = SnippetForm(request.POST or None, instance=snippet)
    if request.method == "POST" and form.is_valid() and (saved := _saved_snippet(request, form)):
        messages.success(request, _("The snippet “%s” is saved. Campaigns that were started keep theirs.") % saved)
        return redirect("admin:campaigns_snippet_change", saved.pk)
    context = {
        "form": form,
        "snippet": Snippet.objects.filter(pk=snippet.pk).first() if snippet.pk else None,
        "may_change": may_change,
        "field_names": field_names(),
        "uses": uses_of(name) if snippet.pk else [],
        "tag": f'{{% render "{name or "opening-hours"}" %}}',
    }
    return _form_page(request, "snippet.html", context, title=name or _("New snippet"), home=_("Snippets"))


def _saved_snippet(request: HttpRequest, form: SnippetForm) -> Snippet | None:
    """The saved snippet; None when it was refused, which the form then says."""
    try:
        return save_snippet(form.save(commit=False), actor=actor_of(request))
    except TemplateInvalid as error:
        for problem in error.problems:
            form.add_error("body", point_of(problem).sentence)
    except Conflict as error:
        form.add_error("name", str(error))
    return None


def _form_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: str, home: str
) -> HttpResponseBase:
    url = reverse(LAYOUTS if template == "layout.html" else SNIPPETS)
    return render_page(
        request, f"campaigns/messages/{template}", context, title=title, crumbs=[Crumb(home, url)], lead=""
    )
