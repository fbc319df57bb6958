"""The page on which a contact form is written: its looks beside it, what other websites take and what came below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from campaigns.forms.bundle import bundle, page_url, snippet
from campaigns.forms.edit_form import ContactEditForm
from campaigns.forms.models import ContactForm, FormMessage
from campaigns.forms.outcomes import delete_messages
from portal.activity import record_activity
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SHOWN_MESSAGES = 10
LIST_URL = "admin:campaigns_contactform_changelist"


@page("campaigns.add_contactform")
def new_form(request: HttpRequest) -> HttpResponseBase:
    """An empty form."""
    return _edit(request, ContactForm())


@page("campaigns.view_contactform")
def edit_form(request: HttpRequest, form_id: int) -> HttpResponseBase:
    """One form; who may not change it sees the same page without Save."""
    return _edit(request, get_object_or_404(ContactForm, pk=form_id))


@page("campaigns.delete_contactform")
@require_POST
def remove_form(request: HttpRequest, form_id: int) -> HttpResponseBase:
    """Take the form away with what was written through it."""
    form = get_object_or_404(ContactForm, pk=form_id)
    while delete_messages(FormMessage.objects.filter(form=form)):
        pass
    with transaction.atomic():
        record_activity("contact_form.deleted", actor=actor_of(request), target=form)
        form.delete()
    messages.success(request, _("The form “%s” is deleted.") % form.name)
    return redirect(LIST_URL)


@page("campaigns.view_contactform")
@require_POST
@xframe_options_sameorigin
def look(request: HttpRequest) -> HttpResponse:
    """The form as it stands in the editor, for the frame beside it."""
    edited = ContactEditForm(request.POST, instance=ContactForm())
    edited.is_valid()
    form = edited.instance
    with translation.override(form.language):
        response = render(request, "campaigns/forms/page.html", {"form": form, "given": {}, "errors": {}, "stamp": ""})
    response._csp_replace = {"frame-ancestors": ["'self'"], "form-action": ["'none'"]}  # type: ignore[attr-defined]  # noqa: SLF001
    return response


@page("campaigns.view_contactform")
@require_safe
def download(_request: HttpRequest, form_id: int) -> HttpResponse:
    """The ready page for any web space, as a ZIP."""
    form = get_object_or_404(ContactForm, pk=form_id)
    name = slugify(form.name) or "contact-form"
    return HttpResponse(
        bundle(form), content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )  # fmt: skip


def _edit(request: HttpRequest, form: ContactForm) -> HttpResponseBase:
    may_change = request.user.has_perm("campaigns.change_contactform" if form.pk else "campaigns.add_contactform")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    edited = ContactEditForm(request.POST or None, instance=form)
    if request.method == "POST" and edited.is_valid():
        saved = _save(edited, request)
        messages.success(request, _("The form “%s” is saved.") % saved.name)
        return redirect("admin:campaigns_contactform_change", saved.pk)
    stored = ContactForm.objects.filter(pk=form.pk).first() if form.pk else None
    context = {"form": edited, "saved": stored, "may_change": may_change, **(_standing(stored) if stored else {})}
    crumbs = [Crumb(_("Contact forms"), reverse(LIST_URL))]
    title = stored.name if stored else _("New contact form")
    return render_page(request, "campaigns/forms/edit.html", context, title=title, crumbs=crumbs)


@transaction.atomic
def _save(edited: ContactEditForm, request: HttpRequest) -> ContactForm:
    verb = "contact_form.changed" if edited.instance.pk else "contact_form.created"
    saved = edited.save()
    record_activity(verb, actor=actor_of(request), target=saved, fields=sorted(edited.changed_data))
    return saved


def _standing(form: ContactForm) -> dict[str, Any]:
    """Figures, latest messages, addresses and the snippet of a saved form."""
    return {
        "hosted_url": page_url(form),
        "snippet": snippet(form),
        "message_count": form.messages.count(),
        "failed_count": form.messages.filter(state=FormMessage.State.FAILED).count(),
        "latest": form.messages.order_by("-pk")[:SHOWN_MESSAGES],
    }
