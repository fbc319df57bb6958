"""The pages on which templates are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from campaigns.editing.clashes import ChangedMeanwhileError, clash_of, save_unless_changed
from campaigns.editing.models import Thing
from campaigns.editing.places import place_of
from campaigns.editing.screen import close_form, open_form, show_clash
from campaigns.messages.drafts import copy_template, delete_template, save_template
from campaigns.messages.field_names import field_names
from campaigns.messages.forms import TemplateForm
from campaigns.messages.models import Template
from portal.pages import Crumb, page, render_page

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@page("campaigns.add_template")
def new_template(request: HttpRequest) -> HttpResponseBase:
    """An empty template."""
    return _edit(request, Template(), may_change=True)


@page("campaigns.view_template")
def edit_template(request: HttpRequest, template_id: int) -> HttpResponseBase:
    """One template; who may only look sees it in the preview."""
    template = get_object_or_404(Template, pk=template_id)
    return _edit(request, template, may_change=request.user.has_perm("campaigns.change_template"))


@page("campaigns.add_template")
@require_POST
def copy(request: HttpRequest, template_id: int) -> HttpResponseBase:
    """Make a new template that says the same."""
    made = copy_template(get_object_or_404(Template, pk=template_id).pk, actor=_actor(request))
    messages.success(request, _("This is a new template, a copy."))
    return redirect("admin:campaigns_template_change", made.pk)


@page("campaigns.delete_template")
@require_POST
def remove_template(request: HttpRequest, template_id: int) -> HttpResponseBase:
    """Throw a template away."""
    template = get_object_or_404(Template, pk=template_id)
    delete_template(template, actor=_actor(request))
    messages.success(request, _("The template “%s” is deleted. Campaigns made from it stay.") % template.name)
    return redirect("admin:campaigns_template_changelist")


def _edit(request: HttpRequest, template: Template, *, may_change: bool) -> HttpResponseBase:
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    stored = Template.objects.filter(pk=template.pk).first() if template.pk else None
    form = TemplateForm(request.POST or None, instance=template)
    clash = None
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, form)
        except ChangedMeanwhileError as error:
            clash = clash_of(form, error.stored)
    opened = open_form(request, Thing.TEMPLATE, form, stored) if may_change else None
    context: dict[str, Any] = {
        "form": form,
        "template": stored,
        "may_change": may_change,
        "field_names": field_names(),
        "opened": show_clash(request, opened, clash) if opened and clash else opened,
    }
    title = stored.name if stored else _("New template")
    crumbs = [Crumb(gettext_lazy("Templates"), reverse("admin:campaigns_template_changelist"))]
    return render_page(request, "campaigns/messages/template.html", context, title=title, crumbs=crumbs)


def _save(request: HttpRequest, form: TemplateForm) -> HttpResponseBase:
    """Save, unless somebody else did meanwhile. Raises ChangedMeanwhileError."""
    actor, place = _actor(request), place_of(Thing.TEMPLATE, form.instance)
    saved = save_unless_changed(
        form.instance, request.POST.get("read_at", ""), lambda: save_template(form.save(commit=False), actor=actor)
    )
    close_form(request, place)
    messages.success(request, _("The template “%s” is saved.") % saved.name)
    return redirect("admin:campaigns_template_change", saved.pk)


def _actor(request: HttpRequest) -> User:
    return cast("User", request.user)
