"""The report of a range of days, what one campaign's report adds to its page, and both as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.reports import screen
from campaigns.reports.figures import Line, Sums, total
from campaigns.reports.over_time import CauseLine, OverTime, read_over_time
from campaigns.reports.services import ask_for_count, read_report
from campaigns.reports.tables import causes_as_csv, csv_answer, lines_as_csv
from campaigns.sending.models import Campaign
from campaigns.sending.progress import read_causes
from campaigns.sending.screen import campaign_or_404, url_of
from portal.pages import page, render_page
from portal.row_ids import row_id

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_PAGE = "admin:campaigns_campaign_reports"
_MOST = 200  # campaigns to count at one request
_LEAD_TO_CSV = ("days", "campaigns", "domains", "causes")


@page("campaigns.view_campaign")
@require_GET
def over_time(request: HttpRequest) -> HttpResponseBase:
    """What was sent in a range of days, and what became of it."""
    wanted, problem = screen.read_range(request.GET)
    found = read_over_time(wanted)
    uncounted = screen.uncounted_of(line.campaign for line in found.campaigns)
    context = {
        "wanted": wanted,
        "problem": problem,
        "words": screen.range_words(wanted),
        "choices": screen.CHOICES,
        "found": found,
        "tiles": screen.tiles_of(found.sums, uncounted=uncounted),
        "labels": screen.column_labels(),
        "chart": screen.chart_of(found.days),
        "campaigns": [_campaign_row(line.campaign, line.sums) for line in found.campaigns],
        "domains": screen.domain_rows(found.domains, found.other_domains, uncounted=uncounted),
        "causes": found.causes,
        "waiting": [line.campaign for line in found.stale] + found.uncounted,
        "query": f"from={wanted.first.isoformat()}&to={wanted.last.isoformat()}",
    }
    lead = _("A mail counts on the day on which it was sent, whatever became of it later.")
    return render_page(request, "campaigns/reports/over_time.html", context, title=_("Reports"), lead=lead)


@page("campaigns.view_campaign")
@require_GET
def over_time_csv(request: HttpRequest, table: str) -> HttpResponse:
    """One table of the range as a file."""
    wanted, _problem = screen.read_range(request.GET)
    content = _table_of(read_over_time(wanted), table)
    return csv_answer(content, name=f"report-{table}-{wanted.first.isoformat()}-{wanted.last.isoformat()}")


@page("campaigns.view_campaign")
@require_GET
def campaign_csv(request: HttpRequest, campaign_id: int, table: str) -> HttpResponse:
    """One table of a campaign's report as a file."""
    campaign = campaign_or_404(campaign_id)
    report = read_report(campaign.pk)
    if table == "causes":
        causes = [CauseLine(cause.state, cause.reason, cause.people) for cause in read_causes(campaign.pk)]
        return csv_answer(causes_as_csv(causes), name=f"campaign-{campaign.pk}-causes")
    if table not in _LEAD_TO_CSV:
        raise Http404
    lines = [] if report is None else report.domains if table == "domains" else report.days
    return csv_answer(lines_as_csv(table.removesuffix("s"), lines), name=f"campaign-{campaign.pk}-{table}")


@page("campaigns.view_campaign")
@require_POST
def count_again(request: HttpRequest) -> HttpResponseBase:
    """Have the named campaigns counted in the background, and go back to the report."""
    named = [number for value in request.POST.getlist("campaign")[:_MOST] if (number := row_id(value))]
    ask_for_count(Campaign.objects.filter(pk__in=named).values_list("pk", flat=True))
    messages.success(request, _("They are being counted; load the page again in a minute."))
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else reverse(_PAGE))


def report_context(campaign: Campaign) -> dict[str, Any]:
    """What the page of one campaign shows of its report."""
    report = read_report(campaign.pk)
    if report is None:
        return {"counted": None, "waiting": [campaign]}
    sums, uncounted = total(report.days), screen.uncounted_of([campaign])
    return {
        "counted": report,
        "waiting": [] if report.is_current else [campaign],
        "labels": screen.column_labels(),
        "chart": screen.chart_of(report.days) if len(report.days) > 1 else None,
        "tiles": screen.tiles_of(sums, uncounted=uncounted),
        "domains": screen.domain_rows(report.domains, sums - total(report.domains), uncounted=uncounted),
    }


def report_urls(one: str, pages: str) -> list[URLPattern]:
    """The addresses below the list of campaigns."""
    return [
        path("reports/", over_time, name=pages + "reports"),
        path("reports/count/", count_again, name=pages + "reports_count"),
        path("reports/<slug:table>.csv", over_time_csv, name=pages + "reports_csv"),
        path(one + "report/<slug:table>.csv", campaign_csv, name=pages + "report_csv"),
    ]


def _campaign_row(campaign: Campaign, sums: Sums) -> screen.Row:
    uncounted = screen.uncounted_of([campaign])
    return screen.row_of(campaign.name, sums, url=url_of(campaign, "report"), uncounted=uncounted)


def _table_of(found: OverTime, table: str) -> bytes:
    if table == "days":
        return lines_as_csv("day", found.days)
    if table == "campaigns":
        return lines_as_csv("campaign", [Line(line.campaign.name, line.sums) for line in found.campaigns])
    if table == "domains":
        return lines_as_csv("domain", [*found.domains, Line(_("all others"), found.other_domains)])
    if table == "causes":
        return causes_as_csv(found.causes)
    raise Http404
