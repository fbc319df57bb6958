"""Pages of mail that came in: one message, its words in a frame, its raw form, and what people do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from portal.aws import s3
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page
from portal.row_ids import row_id
from portal.wording import format_count
from routing.inbound import many, shown
from routing.inbound.frames import FRAME_HEADERS, html_frame, text_frame
from routing.inbound.mime_view import ShownMail, read_mail
from routing.inbound.models import InboundMessage
from routing.inbound.raw import read_raw
from routing.inbound.services import deliver_again, deliver_to, give_up, release
from routing.rules.reading import read_action
from routing.rules.surroundings import account_names

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

HOME = "admin:routing_inboundmessage_changelist"
ONE = "admin:routing_inboundmessage_change"
READ = "routing.change_inbounddelivery"  # whoever answers for what becomes of mail may read it; others see that it came
RAW_LINK_S = 300


@page("routing.view_inboundmessage")
@require_GET
def one(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """What came, why it went where it went, and what became of it."""
    message = get_object_or_404(InboundMessage, pk=message_id)
    accounts = account_names()
    context: dict[str, Any] = {
        "message": message,
        "verdicts": shown.verdicts_of(message),
        "deliveries": shown.deliveries_of(message, accounts),
        "answers": shown.decisions_of(message, accounts),
        "waits_for": shown.reason_in_words(message.reason),
        "is_kept": message.raw == InboundMessage.Raw.KEPT,
        "accounts": sorted(accounts.items(), key=lambda item: item[1]),
    }
    if context["is_kept"] and request.user.has_perm(READ):
        context |= _content(message)
    crumbs = [Crumb(gettext_lazy("Mail that came in"), reverse(HOME))]
    title = message.subject or _("Mail without a subject")
    return render_page(request, "routing/inbound/message.html", context, title=title, crumbs=crumbs)


def _content(message: InboundMessage) -> dict[str, Any]:
    try:
        return {"mail": read_mail(read_raw(message))}
    except PortalError as error:
        return {"problem": str(error)}


@page(READ)
@require_GET
def frame(request: HttpRequest, message_id: int, kind: str) -> HttpResponseBase:
    """The words of a mail as a page for the sandboxed frame."""
    message = get_object_or_404(InboundMessage, pk=message_id, raw=InboundMessage.Raw.KEPT)
    try:
        mail = read_mail(read_raw(message))
    except PortalError as error:
        mail = ShownMail(text=str(error))
    if kind == "html":
        content = html_frame(mail.html, title=_("The mail as HTML"))
    else:
        content = text_frame(mail.text, title=_("The mail as text"))
    return HttpResponse(content, headers=FRAME_HEADERS)


@page(READ)
@require_GET
def raw(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """The mail as SES stored it, by a link of the bucket: it may be larger than what an answer of ours may hold."""
    message = get_object_or_404(InboundMessage, pk=message_id)
    if message.raw != InboundMessage.Raw.KEPT:
        messages.error(request, _("The raw mail is not kept any more."))
        return redirect(ONE, message.pk)
    file_name = f"mail-{message.pk}.eml"
    try:
        url = s3.presign_download(message.bucket, message.object_key, file_name=file_name, expires_s=RAW_LINK_S)
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(ONE, message.pk)
    return redirect(url)


@page(READ)
@require_POST
def deed(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """Do something to one delivery of the message."""
    message = get_object_or_404(InboundMessage, pk=message_id)
    act = _DEEDS.get(request.POST.get("deed", ""))
    delivery_id = row_id(request.POST.get("delivery"))
    if act is not None and delivery_id is not None:
        ids = list(message.deliveries.filter(pk=delivery_id).values_list("pk", flat=True))
        try:
            count = act[0](ids, actor=actor_of(request))
        except PortalError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, str(act[1])) if count else messages.warning(request, str(act[2]))
    return redirect(ONE, message.pk)


_UNCHANGED = gettext_lazy("Nothing was changed: it stands elsewhere by now.")
_DEEDS = {
    "again": (deliver_again, gettext_lazy("It is delivered again."), _UNCHANGED),
    "release": (
        release,
        gettext_lazy("It goes on."),
        gettext_lazy("The rules still say that it is to be held. Change the rule, or deliver it somewhere below."),
    ),
    "give_up": (give_up, gettext_lazy("It is given up."), _UNCHANGED),
}


@page(READ)
@require_POST
def elsewhere(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """Deliver the message somewhere that no rule named."""
    message = get_object_or_404(InboundMessage, pk=message_id)
    account_id, address = row_id(request.POST.get("where")), request.POST.get("address", "").strip()
    if account_id is not None and account_id not in account_names():
        messages.error(request, _("That Gmail account is not connected any more."))
        return redirect(ONE, message.pk)
    recipient = request.POST.get("recipient", "")
    if recipient not in message.recipients:
        recipient = message.recipients[0] if message.recipients else ""
    wanted: dict[str, object] = {"kind": "forward", "address": address}
    if account_id is not None:
        wanted = {"kind": "gmail", "account_id": account_id, "labels": [], "never_spam": False}
    try:
        deliver_to(message.pk, recipient, read_action(wanted), actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is on its way."))
    return redirect(ONE, message.pk)


@page(READ)
@require_POST
def many_deed(request: HttpRequest) -> HttpResponseBase:
    """Do something to all deliveries that the filter of the log names."""
    sought = {name: request.POST.get(name, "") for name in ("delivery", "action_kind", "rule", "q")}
    wanted = request.POST.get("deed", "")
    if wanted not in many.deeds_for(sought["delivery"]):
        return redirect(HOME)
    if wanted == "give_up" and request.POST.get("confirmed") != "yes":
        return _ask_to_give_up(request, sought)
    done = many.do_to_many(wanted, sought, actor=actor_of(request))
    text = ngettext("Done to %d delivery.", "Done to %d deliveries.", done.done) % done.done
    if done.left:
        text += " " + ngettext("%d is left as it was.", "%d are left as they were.", done.left) % done.left
    messages.success(request, text) if done.done else messages.warning(request, text)
    return redirect(HOME)


def _ask_to_give_up(request: HttpRequest, sought: dict[str, str]) -> HttpResponseBase:
    """Say how many it would be; there is no way back from it for mail that is deleted meanwhile."""
    count = many.matching(sought)[: many.MOST].count()
    back = f"{reverse(HOME)}?{urlencode({name: value for name, value in sought.items() if value})}"
    context = {"count": format_count(count), "sought": sought, "back": back}
    crumbs = [Crumb(gettext_lazy("Mail that came in"), reverse(HOME))]
    return render_page(request, "routing/inbound/give_up.html", context, title=_("Give all up?"), crumbs=crumbs)
