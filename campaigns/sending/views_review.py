"""The last look before Send: who gets it, what to mend, a test; and the bar while it can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from campaigns.approval.screen import approval_context
from campaigns.attachments.personal import people_without_file
from campaigns.attachments.screen import files_context
from campaigns.guests.forms import TestForm, empty_test_form
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import draft_source
from campaigns.scheduling.screen import scheduled_context
from campaigns.sending.audience import people_left_out
from campaigns.sending.inbox_line import inbox_line
from campaigns.sending.link_checks import LINKS_UNOPENED, LINKS_WAITING, are_links_waiting, ask_for_links
from campaigns.sending.models import Campaign
from campaigns.sending.review import Review, review_campaign
from campaigns.sending.screen import actor_of, campaign_or_404, campaign_page, can_be_taken_back, home_of, url_of
from campaigns.sending.states import CampaignStatus, Reason
from campaigns.sending.views_trials import send_and_tell, shown_trial
from campaigns.splits.results import split_context
from portal.figures import Segment
from portal.pages import page
from portal.row_ids import row_id
from portal.wording import format_duration, format_rate

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from campaigns.audience.models import Contact

PAGE_SIZE = 50
LONG_S = 120  # from here on the page says when it will be done
SMALLEST_COST_USD = 0.01
REVIEW_WORDS = {
    Reason.SUPPRESSED_BOUNCE: gettext_lazy("bounced before"),
    Reason.SUPPRESSED_COMPLAINT: gettext_lazy("complained before"),
    Reason.SUPPRESSED_UNSUBSCRIBE: gettext_lazy("unsubscribed"),
    Reason.SUPPRESSED_MANUAL: gettext_lazy("on the suppression list, by hand"),
    Reason.SUPPRESSED_IMPORT: gettext_lazy("on an imported suppression list"),
}


@page("campaigns.view_campaign")
def review(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """The review page of a draft, or of a campaign that waits to leave."""
    campaign = campaign_or_404(campaign_id)
    if not can_be_taken_back(campaign):
        return redirect(home_of(campaign))
    test_form = empty_test_form(actor_of(request))
    return _render(request, campaign, test_form=test_form)


@page("campaigns.view_campaign")
@require_GET
def links_json(request: HttpRequest, campaign_id: int) -> JsonResponse:
    """Whether the links are all opened by now, so that the review shows what was found."""
    is_done = not are_links_waiting(draft_source(campaign_or_404(campaign_id)))
    return JsonResponse({"reload": is_done})


@page("campaigns.change_campaign")
@require_POST
def open_links(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Let a worker open the links of the message as it is saved."""
    campaign = campaign_or_404(campaign_id)
    ask_for_links(draft_source(campaign))
    return redirect(url_of(campaign, "review"))


@page("campaigns.change_campaign")
def send_a_test(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Send the campaign as it is now to a few addresses."""
    campaign = campaign_or_404(campaign_id)
    form = TestForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _render(request, campaign, test_form=form)
    send_and_tell(request, campaign, form)
    return redirect(url_of(campaign, "review") + "#last-test")


@page("campaigns.view_campaign")
def left_out(request: HttpRequest, campaign_id: int, reason: int) -> HttpResponseBase:
    """The people behind one line of the addition, fifty at a time."""
    campaign = campaign_or_404(campaign_id)
    if not request.user.has_perm("campaigns.view_contact"):
        raise PermissionDenied
    if reason not in Reason.values:
        raise Http404
    after = request.GET.get("after", "")
    try:
        people = _people_behind(campaign, Reason(reason)).order_by("pk")
    except TemplateInvalid:
        return redirect(url_of(campaign, "review"))
    found = list(people.filter(pk__gt=row_id(after) or 0)[: PAGE_SIZE + 1])
    context = {
        "people": found[:PAGE_SIZE],
        "next_cursor": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "is_first_page": not after,
        "reason": Reason(reason),
    }
    return campaign_page(request, "left_out.html", campaign, tab="review", title=_("Left out"), **context)


def _people_behind(campaign: Campaign, reason: Reason) -> QuerySet[Contact]:
    if reason is Reason.FILE_MISSING:
        return people_without_file(campaign)
    return people_left_out(campaign, reason)


def _render(request: HttpRequest, campaign: Campaign, **forms: Any) -> HttpResponseBase:
    seen = review_campaign(campaign)
    context = {
        "review": seen,
        "estimate_text": _estimate_text(campaign, seen),
        "is_long": bool(seen.estimate and seen.estimate.duration_s > LONG_S),
        "grace_s": settings.SEND_GRACE_S,
        "lines": _lines(campaign, seen),
        "segments": _segments(seen),
        "waits": campaign.status == CampaignStatus.PENDING,
        "is_scheduled": campaign.status == CampaignStatus.SCHEDULED,
        "is_draft": campaign.status == CampaignStatus.DRAFT,
        **shown_trial(campaign),
        "open_test": "test" in request.GET,
        "accepted": sorted({point.code for point in seen.warnings}),
        "links_wait": any(point.code == LINKS_WAITING for point in seen.checks),
        "links_unopened": any(point.code == LINKS_UNOPENED for point in seen.checks),
        "inbox": inbox_line(campaign),
        **scheduled_context(campaign),
        **approval_context(campaign, seen.will_get, actor_of(request)),
        **split_context(campaign),
        **files_context(campaign),
        **forms,
    }
    return campaign_page(request, "review.html", campaign, tab="review", title=_("Review and send"), **context)


def _lines(campaign: Campaign, seen: Review) -> list[dict[str, Any]]:
    if seen.audience is None:
        return []
    return [
        {
            "label": REVIEW_WORDS.get(reason, reason.label),
            "people": people,
            "url": url_of(campaign, "left_out", int(reason)),
            "can_mend": reason is Reason.MISSING_VALUE,
        }
        for reason, people in seen.audience.left_out.items()
    ]


def _estimate_text(campaign: Campaign, seen: Review) -> str:
    if seen.estimate is None or not seen.will_get or campaign.account is None:
        return ""
    cost = seen.estimate.cost_usd
    values = {
        "time": format_duration(max(1.0, seen.estimate.duration_s)),
        "rate": format_rate(campaign.account.max_rate_per_s),
        "cost": number_format(max(cost, SMALLEST_COST_USD), decimal_pos=2),
    }
    if not campaign.account.is_ses:
        return _("about %(time)s at %(rate)s a second") % values
    if cost < SMALLEST_COST_USD:
        return _("about %(time)s at %(rate)s a second, less than $%(cost)s of SES") % values
    return _("about %(time)s at %(rate)s a second, about $%(cost)s of SES") % values


def _segments(seen: Review) -> list[Segment]:
    if seen.audience is None:
        return []
    left_out_count = seen.audience.total - seen.audience.will_get
    return [
        Segment("good", _("will get it"), seen.audience.will_get),
        Segment("quiet", _("left out"), left_out_count),
    ]
