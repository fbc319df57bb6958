"""What an alert says outside of the portal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.alerts.models import AlertNotice
from portal.whole_urls import whole_url

if TYPE_CHECKING:
    from datetime import datetime

    from portal.alerts.models import Alert


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in words: one line, and the text below it."""

    subject: str
    text: str


def words_of(notice: AlertNotice) -> Told:
    """Subject and text of one notice, with the absolute address of the page that cures it."""
    alert = notice.alert
    is_over = notice.kind == AlertNotice.Kind.CLEARED
    begin = _("Over") if is_over else str(alert.get_severity_display()).capitalize()
    lines = [alert.text, "", _("Since %s UTC.") % _utc(alert.raised_at)]
    if is_over and alert.cleared_at:
        lines.append(_("Over since %s UTC.") % _utc(alert.cleared_at))
    elif alert.url:
        lines += ["", _("See to it: %s") % absolute_url(alert)]
    lines += ["", _("You are told once of each change. All alerts: %s") % alerts_url()]
    return Told(subject=f"{settings.INSTALLATION_NAME}: {begin}: {alert.text}", text="\n".join(lines))


def absolute_url(alert: Alert) -> str:
    """The page that cures it, from outside; "" when there is none."""
    return f"{settings.PUBLIC_URL}{alert.url}" if alert.url else ""


def alerts_url() -> str:
    """The list of alerts, from outside."""
    return whole_url(reverse("admin:portal_alert_changelist"))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
