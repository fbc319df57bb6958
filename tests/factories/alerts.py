"""Alerts to look at, and a database that was put back."""

from __future__ import annotations

from django.utils import timezone

from portal.alerts.models import Alert, AlertNotice, AlertRecipient
from portal.alerts.services import clear_alert, raise_alert
from portal.generation.mark import read_mark
from portal.generation.memory import memory
from portal.generation.models import Generation
from portal.generation.services import advance, compare
from tests.factories.campaign_pages import campaigns_in_all_stages


def alerts_of_all_kinds() -> Alert:
    """One that is over, one that needs a look, and one that needs somebody now, told to two mailboxes."""
    recipients()
    raise_alert("queue.dead_letters", subject_key="sending", text="3 messages of the queue “sending” failed.", url="/")
    clear_alert("queue.dead_letters", subject_key="sending")
    raise_alert("account.quota", subject_key="account:1", text="Main: 93 % of the quota is used.", severity="warn")
    alert = raise_alert(
        "account.stopped", subject_key="account:1", text="Main: SES has paused sending.", url="/admin/campaigns/"
    )
    AlertNotice.objects.filter(alert=alert, recipient="office@club.example").update(
        state=AlertNotice.State.SENT, sent_at=timezone.now()
    )
    waiting = AlertNotice.objects.filter(alert=alert, recipient="night@club.example")
    waiting.update(error="SES does not answer.", try_count=2)
    return alert


def recipients() -> AlertRecipient:
    """Two mailboxes that are told."""
    AlertRecipient.objects.create(address="night@club.example", is_told_warnings=False)
    return AlertRecipient.objects.create(address="office@club.example")


def put_back() -> Generation:
    """The installation's database is two sweeps behind its mark from now on, and held."""
    for _sweep in range(3):
        if compare():
            advance(delivery_id=1, attempt_id=1)
    mark = read_mark()
    assert mark is not None
    Generation.objects.update(counter=mark.counter - 2)
    memory.forget()
    compare()
    return Generation.objects.get()


def a_restored_installation() -> None:
    """Campaigns in all stages, in a database that was put back."""
    campaigns_in_all_stages()
    put_back()
