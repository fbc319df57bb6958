"""The pages of forgetting a person and of exporting what is held on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.audience.models import Contact
from campaigns.privacy.forms import ForgetForm
from campaigns.privacy.gather import export_person
from campaigns.privacy.holdings import HOLDINGS
from campaigns.privacy.models import Erasure
from campaigns.privacy.run import STEPS
from campaigns.privacy.services import forget_person, go_on_forgetting, preview_erasure
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@page("campaigns.forget_person")
@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest, contact_id: int) -> HttpResponseBase:
    """What goes and what stays; with a reason and the tick, it is done."""
    contact = get_object_or_404(Contact, pk=contact_id)
    form = ForgetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasure = forget_person(contact_id, reason=form.cleaned_data["reason"], actor=actor_of(request))
        except PortalError as error:
            form.add_error("reason", str(error))
        else:
            return redirect("admin:campaigns_erasure_show", erasure.pk)
    context = {"contact": contact, "form": form, "preview": preview_erasure(contact), "holdings": HOLDINGS}
    crumbs = [Crumb(str(contact), reverse("admin:campaigns_contact_person", args=[contact_id]))]
    lead = _("For good: there is no undo. What they asked of us is kept by a hash, so that they get no mail again.")
    return render_page(
        request, "campaigns/privacy/forget.html", context, title=_("Forget this person?"), crumbs=crumbs, lead=lead
    )


@page("campaigns.export_person")
@require_POST
def export(request: HttpRequest, contact_id: int) -> HttpResponseBase:
    """The ZIP of everything that is held."""
    get_object_or_404(Contact, pk=contact_id)
    content = export_person(contact_id, actor=actor_of(request))
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="person-{contact_id}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


@page("campaigns.view_erasure")
@require_http_methods(["GET", "HEAD"])
def show(request: HttpRequest, erasure_id: int) -> HttpResponseBase:
    """How far one is, and what came of it."""
    erasure = get_object_or_404(Erasure.objects.select_related("created_by"), pk=erasure_id)
    context: dict[str, Any] = {
        "erasure": erasure,
        "done": min(erasure.step, len(STEPS)),
        "steps": len(STEPS),
        "counts": counts_in_words(erasure.counts),
        "tone": {"running": "accent", "completed": "good", "failed": "bad"}[erasure.status],
    }
    crumbs = [Crumb(_("Forgotten people"), reverse("admin:campaigns_erasure_changelist"))]
    title = _("Forgotten person %s") % erasure
    return render_page(request, "campaigns/privacy/erasure.html", context, title=title, crumbs=crumbs)


@page("campaigns.forget_person")
@require_POST
def go_on(request: HttpRequest, erasure_id: int) -> HttpResponseBase:
    """Try one again that stopped."""
    get_object_or_404(Erasure, pk=erasure_id)
    go_on_forgetting(erasure_id, actor=actor_of(request))
    messages.success(request, _("It goes on."))
    return redirect("admin:campaigns_erasure_show", erasure_id)


def counts_in_words(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What went and what stays, with how many rows; nothing of which there was none."""
    words = {
        "contacts": _("Contacts deleted"),
        "undo_rows": _("Entries for undoing changes deleted"),
        "deliveries": _("Mails without a name from now on"),
        "raw_events": _("Events of SES deleted"),
        "single_mails": _("Tests and confirmations without a name from now on"),
        "signups": _("Sign-ups deleted"),
        "webhook_posts": _("Posts to other systems deleted from the log"),
        "form_messages": _("Messages through contact forms deleted"),
        "consents": _("Consents kept by a hash"),
        "wishes": _("Suppressions and left lists, kept by a hash only"),
        "guest_lists": _("Taken off lists of people who get tests"),
        "activity": _("Deeds in the activity log without a name from now on"),
        "unsaved_drafts": _("Unsaved texts deleted"),
        "export_files": _("Files of exports deleted"),
        "import_files": _("Imports whose files were deleted"),
        "import_files_in_use": _("Files of imports that are still to run; they go when their time is over"),
        "hashes": _("Addresses kept by a hash"),
    }
    return [(words[name], count) for name, count in counts.items() if count and name in words]


def person_privacy_urls() -> list[URLPattern]:
    """Addresses below the list of contacts."""
    return [
        path("<int:contact_id>/forget/", forget, name="campaigns_contact_forget"),
        path("<int:contact_id>/held/", export, name="campaigns_contact_held"),
    ]


def erasure_urls() -> list[URLPattern]:
    """Addresses below the list of forgotten people."""
    return [
        path("<int:erasure_id>/show/", show, name="campaigns_erasure_show"),
        path("<int:erasure_id>/go-on/", go_on, name="campaigns_erasure_go_on"),
    ]
