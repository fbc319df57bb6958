"""Pages about messages that several screens share: previews in a frame, checks as JSON, names to choose from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse

from campaigns.images.addresses import for_our_pages
from campaigns.messages.checks import check_message
from campaigns.messages.editor_words import offered_words
from campaigns.messages.forms import DraftedMessage, contact_by_address
from campaigns.messages.link_map import links_of
from campaigns.messages.preview import (
    DAYLIGHT,
    FRAME_POLICY,
    FrameLooks,
    html_frame,
    inbox_line,
    problems_frame,
    render_for,
    text_frame,
)
from campaigns.messages.problems import RenderingRefused, TemplateInvalid
from campaigns.messages.services import compiled_source, draft_source
from campaigns.messages.suggestions import suggested_contacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.audience.models import Contact
    from campaigns.messages.checks import MessageCheck
    from campaigns.messages.source import MessageSource

TEXT_VIEW = "text"
NO_SUBJECT = "–"
SAMPLE_BODY = """# Spring meeting

Dear {{ first_name }},

your seat for the **spring meeting** is kept until Friday.

[Say yes](https://example.org/yes "button")

* Doors open at **19:00**
* Bring a friend

Best wishes
"""


def preview_draft(request: HttpRequest) -> HttpResponse:
    """Show what stands in a form, saved or not, as the person named in `preview_as` would get it."""
    _require_view(request)
    content = DraftedMessage(request.POST).content()
    content.subject = content.subject.strip() or NO_SUBJECT  # the message can be seen before the subject is written
    source = draft_source(content)
    looks = FrameLooks(is_dark="preview_dark" in request.POST, hides_images="preview_no_images" in request.POST)
    person = contact_by_address(request.POST.get("preview_as", ""))
    return frame(source, person, view=request.POST.get("preview_view", ""), looks=looks)


def check_draft(request: HttpRequest) -> JsonResponse:
    """Say what is right and wrong with what stands in a form; the subject as the chosen person would see it."""
    _require_view(request)
    source = drafted_source(request)
    return checks_json(request, source, check_message(source))


def drafted_source(request: HttpRequest) -> MessageSource:
    """The message that stands in the posted form, in the house layout it chose."""
    return draft_source(DraftedMessage(request.POST).content())


def checks_json(request: HttpRequest, source: MessageSource, checks: Sequence[MessageCheck]) -> JsonResponse:
    """The checks, the line in an inbox and the links, as the editor shows them."""
    person = contact_by_address(request.POST.get("preview_as", ""))
    try:
        shown = _shown_to(person, source if source.subject.strip() else replace(source, subject=NO_SUBJECT))
    except (TemplateInvalid, RenderingRefused):  # the checks say so
        shown = {"renders": False, "subject": "", "preheader": "", "links": []}
    return JsonResponse({"checks": [check.as_dict() for check in checks], **shown})


def _shown_to(person: Contact | None, source: MessageSource) -> dict[str, object]:
    line = inbox_line(source, person)
    links = [link.as_dict() for link in links_of(source, compiled_source(source))]
    return {"renders": True, "subject": line.subject, "preheader": line.preheader, "links": links}


def suggest_contacts(request: HttpRequest) -> JsonResponse:
    """Offer contacts whose address or name begins like `q`."""
    if not request.user.has_perm("campaigns.view_contact"):
        raise PermissionDenied
    found = suggested_contacts(request.GET.get("q", ""))
    return JsonResponse({"contacts": [{"address": contact.address, "name": contact.full_name} for contact in found]})


def editor_words(request: HttpRequest) -> JsonResponse:
    """What the editor completes: fields, filters, tags, snippets."""
    _require_view(request)
    return JsonResponse(dict(offered_words()))


def frame(source: MessageSource, contact: Contact | None, *, view: str, looks: FrameLooks = DAYLIGHT) -> HttpResponse:
    """One person's message (or what is wrong with it) as a page under the frame's own policy."""
    try:
        rendered = render_for(source, contact)
        page = text_frame(rendered.text) if view == TEXT_VIEW else html_frame(for_our_pages(rendered.html), looks)
    except TemplateInvalid as error:
        page = problems_frame(error.problems)
    except RenderingRefused as error:
        page = problems_frame([error.problem])
    response = HttpResponse(page)
    response["Content-Security-Policy"] = FRAME_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "no-store"
    return response


def _require_view(request: HttpRequest) -> None:
    if not (request.user.has_perm("campaigns.view_campaign") or request.user.has_perm("campaigns.view_template")):
        raise PermissionDenied
