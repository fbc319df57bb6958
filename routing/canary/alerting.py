"""The alert of test mail: raised when the newest one that can be judged did not arrive, over when one arrives."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.alerts.services import clear_alert, raise_alert
from routing.canary.models import CanaryRun

CANARY_MISSING = "inbound.canary"
_JUDGED = (CanaryRun.State.ARRIVED, CanaryRun.State.MISSING, CanaryRun.State.FAILED)


def keep_alert() -> None:
    """Make the alert what the newest judged test mail says; without any, or switched off, nothing is wrong."""
    newest = CanaryRun.objects.filter(state__in=_JUDGED).order_by("-due_at").first()
    if newest is None or newest.state == CanaryRun.State.ARRIVED or not settings.CANARY_EVERY_MIN:
        clear_alert(CANARY_MISSING, subject_key="")
        return
    words = {"time": f"{newest.due_at:%Y-%m-%d %H:%M} UTC", "where": where_it_is(newest)}
    text = _("The test mail of %(time)s has not come in. %(where)s") % words
    raise_alert(CANARY_MISSING, subject_key="", text=text, url=reverse("admin:routing_canaryrun_changelist"))


def where_it_is(run: CanaryRun) -> str:
    """How far a test mail came, and where to look; "" for one that arrived."""
    if run.state == CanaryRun.State.ARRIVED:
        return ""
    if run.sent_at is None:
        return _("SES did not take it: look at the sending account and the sender's address.")
    if run.received_at is None:
        return _(
            "SES took it, but it did not come back: look at the MX record, the receipt rule, its bucket and topic."
        )
    return _("It came in, but its delivery is not done: look at the message and its destination.")
