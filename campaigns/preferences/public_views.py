"""The page behind an unsubscribe link: GET and HEAD show one button and change nothing, POST unsubscribes (RFC 8058).

Mail providers post without a cookie and none is set; the signed token is the proof. Good links are never limited: a
provider posts for thousands of people from one address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.preferences.links import BadLink, Fault, read_token
from campaigns.preferences.models import Unsubscription
from campaigns.preferences.people import LinkOf, holder_of, public_names, shown_lists
from campaigns.preferences.services import Choice, choose, give_reason, is_done, latest_deed, take_back, unsubscribe
from campaigns.preferences.uses import Use, count_use
from portal.middleware import client_ip
from portal.ratelimit import take_turn
from portal.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from campaigns.preferences.people import Holder

BAD_LINKS_PER_HOUR = 60  # from one place; beyond it they are refused without a word about what is wrong
_ONE_CLICK = "One-Click"
_WRONG: dict[Fault, Any] = {
    Fault.TRUNCATED: gettext_lazy(
        "Its end is missing; perhaps your mail program broke it into two lines. Open it from the mail again, or copy the "
        "whole of it into the browser."
    ),
    Fault.DAMAGED: gettext_lazy("Some of it was changed on the way. Open it from the mail again."),
    Fault.FORGED: gettext_lazy(
        "It does not come from one of our mails as it stands here. Open it from the mail again."
    ),
    Fault.RETIRED: gettext_lazy("It comes from a very old mail. Open the link of a newer one."),
}
_SOLE: dict[LinkOf, Any] = {
    LinkOf.TEST: gettext_lazy("This link comes from a test mail: it works, and it changes nothing."),
    LinkOf.FORGOTTEN: gettext_lazy("We do not write to you, and we hold nothing about you."),
    LinkOf.GONE: gettext_lazy(
        "We no longer have the mail that this link comes from. Open the link of a newer mail, or answer it."
    ),
}
_COUNTED_AS = {LinkOf.TEST: Use.TEST, LinkOf.FORGOTTEN: Use.FORGOTTEN, LinkOf.GONE: Use.GONE}


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str = "") -> HttpResponse:
    """Everything behind one link; `?language=` chooses the words, `?choose=yes` shows the lists."""
    with translation.override(_language(request)):
        try:
            delivery_id = read_token(token)
        except BadLink as bad:
            return _refuse(request, bad.fault)
        if request.method == "POST":
            return _deed_of(request)(request, delivery_id)
        return _look(request, delivery_id)


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE


def _refuse(request: HttpRequest, fault: Fault) -> HttpResponse:
    if not take_turn("unsubscribe.bad", client_ip(request), limit=BAD_LINKS_PER_HOUR, per_s=3600):
        count_use(Use.LIMITED)
        return _told(request, _("Too many at once"), _("Please try it again in an hour."), status=429)
    count_use(Use(fault.value))
    way_out = _("Or answer the mail and say that you want no more of them. Nothing has changed so far.")
    return _told(request, _("This link does not work"), f"{_WRONG[fault]} {way_out}", status=404)


def _look(request: HttpRequest, delivery_id: int) -> HttpResponse:
    count_use(Use.HEAD if request.method == "HEAD" else Use.LOOKED)
    holder = holder_of(delivery_id)
    if holder.kind is not LinkOf.PERSON:
        return _sole(request, holder)
    if request.GET.get("choose"):
        return _show(request, "choose", holder)
    has_left = latest_deed(delivery_id) is not None and is_done(holder, holder.campaign_lists)
    return _show(request, "done" if has_left else "ask", holder)


def _deed_of(request: HttpRequest) -> Callable[[HttpRequest, int], HttpResponse]:
    """What a POST asks for; whatever it is, without a name of ours it unsubscribes."""
    return {"choose": _choose, "why": _why, "undo": _undo}.get(request.POST.get("deed", ""), _unsubscribe)


def _unsubscribe(request: HttpRequest, delivery_id: int) -> HttpResponse:
    is_one_click = request.POST.get("List-Unsubscribe") == _ONE_CLICK
    holder = unsubscribe(delivery_id, is_one_click=is_one_click)
    if holder.kind is not LinkOf.PERSON:
        count_use(_COUNTED_AS[holder.kind])
        return _sole(request, holder)
    count_use(Use.ONE_CLICK if is_one_click else Use.BUTTON)
    return _show(request, "done", holder)


def _choose(request: HttpRequest, delivery_id: int) -> HttpResponse:
    choice = Choice(
        shown=_ids(request, "shown"), kept=_ids(request, "keep"), is_everything=bool(request.POST.get("everything"))
    )
    deed = choose(delivery_id, choice)
    holder = holder_of(delivery_id)
    if holder.kind is not LinkOf.PERSON:
        count_use(_COUNTED_AS[holder.kind])
        return _sole(request, holder)
    if deed is None:
        return _told(request, _("Nothing has changed"), _("You get the same mails as before."))
    count_use(Use.CHOSEN)
    return _show(request, "done", holder)


def _why(request: HttpRequest, delivery_id: int) -> HttpResponse:
    give_reason(delivery_id, why=request.POST.get("why", ""), words=request.POST.get("words", ""))
    return _told(request, _("Thank you"), _("It helps us to write better mails."))


def _undo(request: HttpRequest, delivery_id: int) -> HttpResponse:
    if not take_back(delivery_id):
        text = _("It was too long ago, or undone already. To get our mails again, please sign up again.")
        return _told(request, _("There is nothing to undo"), text)
    count_use(Use.UNDONE)
    return _told(request, _("Undone"), _("Everything is as it was before: you get our mails again."))


def _ids(request: HttpRequest, name: str) -> set[int]:
    return {number for word in request.POST.getlist(name)[:500] if (number := row_id(word))}


def _show(request: HttpRequest, page: str, holder: Holder) -> HttpResponse:
    deed = latest_deed(holder.delivery.pk) if holder.delivery else None
    lists = shown_lists(holder)
    context = {
        "lists": lists,
        "names": public_names(holder.campaign_lists),
        "is_lists_only": bool(holder.campaign_lists),
        "has_choice": bool(holder.campaign_lists) or len(lists) > 0,
        "deed": deed,
        "whys": Unsubscription.Why.choices,
        **_languages(),
    }
    return render(request, f"campaigns/preferences/{page}.html", context)


def _sole(request: HttpRequest, holder: Holder) -> HttpResponse:
    heading = _("Nothing to do") if holder.kind is not LinkOf.GONE else _("We cannot find this mail")
    return _told(request, heading, str(_SOLE[holder.kind]), status=404 if holder.kind is LinkOf.GONE else 200)


def _told(request: HttpRequest, heading: str, text: str, *, status: int = 200) -> HttpResponse:
    context = {"heading": heading, "text": text, **_languages()}
    return render(request, "campaigns/preferences/told.html", context, status=status)


def _languages() -> dict[str, object]:
    """The other languages, each by its own name, for the foot of the page."""
    now = translation.get_language()
    others = [code for code, _name in settings.LANGUAGES if code != now]
    return {"other_languages": [(code, translation.get_language_info(code)["name_local"]) for code in others]}
