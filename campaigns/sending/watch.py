"""What the sweep watches beside publishing: accounts that SES has stopped, and work that does not get on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.bulk.models import BulkChange
from campaigns.exports.models import Export
from campaigns.importing.models import ContactImport
from campaigns.scheduling.models import Wave
from campaigns.sending.models import Campaign, Chunk, RatePoint, SendingAccount
from campaigns.sending.screen import home_of
from campaigns.sending.states import AccountKind, CampaignStatus
from campaigns.splits.assignment import REST
from campaigns.splits.models import SplitTest
from portal.alerts.models import Severity
from portal.alerts.services import Finding, clear_alert, keep_alerts, raise_alert
from portal.alerts.watch import note_sweep, watch_dead_letters
from portal.generation.services import is_held
from portal.leases import is_due

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

ACCOUNT_STOPPED = "account.stopped"
ACCOUNT_REVIEWED = "account.reviewed"
ACCOUNT_SILENT = "account.silent"
WORK_STUCK = "work.stuck"
SILENT_AFTER = timedelta(minutes=15)
STUCK_AFTER = timedelta(minutes=10)
MANY_CLAIMS = 3  # workers that died over one slice of work
_SHOWN = 20  # of each kind
_RESERVE = settings.QUOTA_RESERVE_PCT / 100  # campaigns leave this share of the quota

_UNDER_REVIEW = {
    "PROBATION": (
        Severity.WARN,
        gettext_lazy("%s: SES reviews the account because of bounces or complaints. Mail still leaves."),
    ),
    "SHUTDOWN": (
        Severity.BAD,
        gettext_lazy("%s: SES has shut the account down. Nothing leaves until SES opens it again."),
    ),
}


def watch_all() -> dict[str, int]:
    """Everything that is watched once a minute; returns how much of each is wrong."""
    note_sweep()
    watch_accounts()
    return {"dead_letters": watch_dead_letters(), "silent": watch_silence(), "stuck": watch_stuck_work()}


def watch_accounts() -> int:
    """Raise and clear what the accounts' rows say; called whenever one was stopped or refreshed.

    One that SES shows as open while it refuses each group that tries stays stopped.
    """
    in_use = SendingAccount.objects.filter(is_active=True)
    stopped = {
        _key(account): Finding(_stopped_text(account), _url(account))
        for account in in_use.filter(Q(is_sending_enabled=False) | Q(is_probing=True) & ~Q(problem=""))
    }
    return keep_alerts(ACCOUNT_STOPPED, stopped)


def watch_review(account: SendingAccount, enforcement_status: str) -> None:
    """Raise and clear what SES thinks of an account (GetAccount's EnforcementStatus: HEALTHY, PROBATION, SHUTDOWN)."""
    if enforcement_status not in _UNDER_REVIEW:
        clear_alert(ACCOUNT_REVIEWED, subject_key=_key(account))
        return
    severity, text = _UNDER_REVIEW[enforcement_status]
    raise_alert(
        ACCOUNT_REVIEWED, subject_key=_key(account), text=str(text) % account.name, url=_url(account), severity=severity
    )


def watch_silence() -> int:
    """Accounts whose limits SES has not told for a while."""
    text = _("%s: SES has not answered for a while, so quota and rate may be old.")
    old = SendingAccount.objects.filter(
        kind=AccountKind.SES, is_active=True, refreshed_at__lt=timezone.now() - SILENT_AFTER
    )
    found = {_key(account): Finding(text % account.name, _url(account), Severity.WARN) for account in old}
    return keep_alerts(ACCOUNT_SILENT, found)


def watch_stuck_work() -> int:
    """Work that workers die over, and campaigns that do not get on though nothing holds them up."""
    if is_held():
        return 0
    return keep_alerts(WORK_STUCK, {**dict(_died_over()), **dict(_standing_campaigns())})


def _died_over() -> Iterator[tuple[str, Finding]]:
    text = _("%s: workers stopped in the middle of it several times. The next one tries again; look at their logs.")
    kinds: tuple[tuple[type[ContactImport | BulkChange | Export], str, str], ...] = (
        (ContactImport, "import", "admin:campaigns_contactimport_change"),
        (BulkChange, "bulk", "admin:campaigns_bulkchange_one"),
        (Export, "export", "admin:campaigns_export_one"),
    )
    for model, name, url_name in kinds:
        for row in model.objects.filter(claim_count__gte=MANY_CLAIMS).exclude(status="failed")[:_SHOWN]:
            yield f"{name}:{row.pk}", Finding(text % row, reverse(url_name, args=[row.pk]))


def _standing_campaigns() -> Iterator[tuple[str, Finding]]:
    """Something has been due, the account open, and SES has taken nothing for STUCK_AFTER."""
    text = _("%s: people are due, but nothing has left for ten minutes. Does a worker for sending run?")
    since = timezone.now() - STUCK_AFTER
    waited = Wave.objects.filter(opened_at__gte=since).values("campaign_id")
    standing = Campaign.objects.filter(status=CampaignStatus.IN_PROGRESS, planned_at__lt=since, updated_at__lt=since)
    moving = RatePoint.objects.filter(span_s__gte=int(since.timestamp())).values("campaign_id")
    rows = _due_since(since, standing).filter(account__is_sending_enabled=True)
    rows = rows.exclude(pk__in=moving).exclude(pk__in=waited)
    for campaign in rows.select_related("account").defer("body", "text_body")[:_SHOWN]:
        if campaign.account is not None and campaign.account.quota_left > campaign.account.quota_24h * _RESERVE:
            yield f"campaign:{campaign.pk}", Finding(text % campaign.name, home_of(campaign))


def _due_since(moment: datetime, campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Those with chunks that could have left since then; the rest of an A/B test waits for its winner."""
    chunks = Chunk.objects.filter(is_due(), Q(retry_at=None) | Q(retry_at__lt=moment), is_open=True, not_before=None)
    waiting = SplitTest.objects.filter(Q(winner_number=None) | Q(decided_at__gte=moment)).values("campaign")
    return campaigns.filter(pk__in=chunks.exclude(part=REST, campaign__in=waiting).values("campaign_id"))


def _stopped_text(account: SendingAccount) -> str:
    if account.problem:
        return _("%(account)s: nothing leaves. %(problem)s") % {"account": account.name, "problem": account.problem}
    return _("%s: SES has paused sending. Nothing leaves until it allows it again.") % account.name


def _key(account: SendingAccount) -> str:
    return f"account:{account.pk}"


def _url(account: SendingAccount) -> str:
    return reverse("admin:campaigns_sendingaccount_change", args=[account.pk])
