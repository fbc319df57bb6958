"""What is wrong or waits for a person: the open alerts, and what is computed from the rows it speaks of.

What an alert says of a thing is not said a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from campaigns.approval.services import waiting_approvals
from campaigns.bulk.models import BulkChange
from campaigns.exports.models import Export
from campaigns.importing.models import ContactImport
from campaigns.scheduling.models import Schedule
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.screen import home_of
from campaigns.sending.states import CampaignKind, CampaignStatus
from portal.alerts.bell import open_alerts
from portal.generation.services import ALERT as RESTORED
from portal.navigation import first_url
from portal.overview_inbound import find_parked_mail
from portal.wording import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from campaigns.approval.models import Approval
    from portal.overview_figures import Started

_FAILED_FOR = timedelta(days=7)
_LATE_AFTER = timedelta(minutes=10)
_SHOWN = 5  # of each kind
_SHOWN_STORED = 20


@dataclass(frozen=True, slots=True)
class Alert:
    """One sentence about one thing, and where to see to it. `tone` is bad or warn; `what` may be in the sentence."""

    tone: str
    icon: str
    what: str
    text: str
    url: str = ""
    action: str = ""


def find_alerts(accounts: Iterable[SendingAccount], started: Iterable[Started]) -> list[Alert]:
    """All of it, the bad ones first."""
    stored = list(_stored_alerts())
    told = {alert.url for alert in stored}
    computed = [
        *(alert for account in accounts for alert in _account_alerts(account)),
        *_campaign_alerts(),
        *_uncertain_alerts(started),
        *_overdue_alerts(),
        *_asking_alerts(),
        *_approval_alerts(),
        *_import_alerts(),
        *_bulk_alerts(),
        *_export_alerts(),
        *_parked_alerts(),
    ]
    alerts = stored + [alert for alert in computed if alert.url not in told]
    return sorted(alerts, key=lambda alert: alert.tone != "bad")


def _stored_alerts() -> Iterator[Alert]:
    in_banner = (RESTORED,)  # every page says it above its head
    for row in open_alerts().filter(quieted_at=None).exclude(code__in=in_banner)[:_SHOWN_STORED]:
        url = row.page or reverse("admin:portal_alert_one", args=[row.pk])
        yield Alert(row.severity, "bell", "", row.text, url, _("See to it"))


def quota_share(account: SendingAccount) -> float | None:
    """How much of the 24-hour quota is used; None when there is no limit."""
    if account.quota_24h <= 0:
        return None
    return min(1.0, (account.sent_24h + account.reserved_since_refresh) / account.quota_24h)


def _parked_alerts() -> Iterator[Alert]:
    for parked in find_parked_mail():
        yield Alert("warn", "inbox", parked.account, parked.text, parked.url, _("See the account"))


def _account_alerts(account: SendingAccount) -> Iterator[Alert]:
    def alert(tone: str, text: str) -> Alert:
        url = first_url(("admin:campaigns_sendingaccount_change",), account.pk)
        return Alert(tone, "server", account.name, text, url, _("See the account"))

    if not account.is_active:
        return
    if account.problem and account.is_sending_enabled:
        yield alert("bad", account.problem)
    if not account.is_ses:
        return
    if account.refreshed_at is None:
        yield alert("warn", _("SES has not been asked for its limits yet. Does a worker run?"))
    if not account.has_production_access and account.refreshed_at and not settings.SANDBOX:
        yield alert("warn", _("SES still has this account in its own sandbox: it writes to verified addresses only."))


def _campaign_alerts() -> Iterator[Alert]:
    recent = timezone.now() - _FAILED_FOR
    wrong = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN).filter(
        Q(status=CampaignStatus.PAUSED) | Q(status=CampaignStatus.FAILED, updated_at__gte=recent)
    )
    for campaign in wrong.defer("body", "text_body").order_by("-pk")[:_SHOWN]:
        if campaign.status == CampaignStatus.FAILED:
            text = campaign.status_reason or _("It stopped before everybody was written to.")
            yield Alert("bad", "send", campaign.name, _("failed. %s") % text, home_of(campaign), _("See why"))
        else:
            text = _("is paused. %s") % campaign.status_reason if campaign.status_reason else _("is paused.")
            yield Alert("warn", "pause", campaign.name, text, home_of(campaign), _("Resume or cancel"))


def _uncertain_alerts(started: Iterable[Started]) -> Iterator[Alert]:
    for campaign in [each for each in started if each.counts.uncertain][:_SHOWN]:
        count = campaign.counts.uncertain
        text = ngettext(
            "%s message is uncertain: SES's answer was lost. It is not sent twice.",
            "%s messages are uncertain: SES's answer was lost. They are not sent twice.",
            count,
        )
        url = reverse("admin:campaigns_campaign_uncertain", args=[campaign.campaign_id])
        yield Alert("warn", "circle-question-mark", campaign.name, text % format_count(count), url, _("Who"))


def _import_alerts() -> Iterator[Alert]:
    status = ContactImport.Status
    recent = timezone.now() - _FAILED_FOR
    waiting = Q(status=status.COLUMNS, source=ContactImport.Source.DROPPED) | Q(status=status.CHECKED)
    failed = Q(status=status.FAILED, created_at__gte=recent)
    rows = ContactImport.objects.filter(waiting | failed).only("pk", "file_name", "status").order_by("-pk")
    for found in rows[:_SHOWN]:
        url = first_url(("admin:campaigns_contactimport_change",), found.pk)
        if found.status == status.FAILED:
            yield Alert("bad", "upload", found.file_name, _("could not be imported."), url, _("See why"))
        elif found.status == status.CHECKED:
            yield Alert("warn", "upload", found.file_name, _("is checked and waits for your word."), url, _("Import"))
        else:
            yield Alert(
                "warn", "upload", found.file_name, _("was dropped and waits: which column is what?"), url, _("Choose")
            )


def _approval_alerts() -> Iterator[Alert]:
    """Campaigns that wait for a second person."""
    for approval in waiting_approvals()[:_SHOWN]:
        who = approval.requested_by.get_username() if approval.requested_by else "Postroom"
        text = _("waits for a second person; %(who)s asks, %(people)s people.")
        values = {"who": who, "people": format_count(approval.recipient_count)}
        yield Alert("warn", "shield-user", approval.campaign.name, text % values, _review_of(approval), _("Look"))


def _review_of(approval: Approval) -> str:
    """The review of a campaign that waits for a second person."""
    return reverse("admin:campaigns_campaign_review", args=[approval.campaign_id])


def _asking_alerts() -> Iterator[Alert]:
    """Schedules that were missed and ask before they send."""
    asking = Schedule.objects.filter(state=Schedule.State.ASKING, campaign__status=CampaignStatus.SCHEDULED)
    for schedule in asking.select_related("campaign").order_by("-pk")[:_SHOWN]:
        text = _("is late and asks before it sends. %s") % schedule.asks_because
        yield Alert("bad", "clock", schedule.campaign.name, text, home_of(schedule.campaign), _("Answer"))


def _overdue_alerts() -> Iterator[Alert]:
    """Campaigns that should have left; they do as soon as a worker runs."""
    late = timezone.now() - _LATE_AFTER
    asking = Schedule.objects.filter(state=Schedule.State.ASKING).values("campaign_id")
    scheduled = Q(status=CampaignStatus.SCHEDULED, scheduled_at__lt=late) & ~Q(pk__in=asking)
    pending = Q(status=CampaignStatus.PENDING, send_after__lt=late, plan_cursor=0)
    rows = Campaign.objects.filter(scheduled | pending, campaign_kind=CampaignKind.CAMPAIGN)
    for campaign in rows.defer("body", "text_body").order_by("-pk")[:_SHOWN]:
        text = _("should have left by now. Does a worker run?")
        yield Alert("bad", "clock", campaign.name, text, home_of(campaign), _("Look"))


def _bulk_alerts() -> Iterator[Alert]:
    recent = timezone.now() - _FAILED_FOR
    rows = BulkChange.objects.filter(status=BulkChange.Status.FAILED, created_at__gte=recent).order_by("-pk")
    for change in rows[:_SHOWN]:
        url = first_url(("admin:campaigns_bulkchange_one",), change.pk)
        yield Alert("bad", "users", str(change), _("stopped before everybody was reached."), url, _("See why"))


def _export_alerts() -> Iterator[Alert]:
    recent = timezone.now() - _FAILED_FOR
    rows = Export.objects.filter(status=Export.Status.FAILED, created_at__gte=recent).order_by("-pk")
    for export in rows[:_SHOWN]:
        url = first_url(("admin:campaigns_export_one",), export.pk)
        yield Alert("bad", "download", str(export), _("could not be written as a file."), url, _("See why"))
