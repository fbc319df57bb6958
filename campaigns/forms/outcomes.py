"""What became of the mails of form messages: noted on each, told by an alert where it failed, deleted in time."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.forms.models import ContactForm, FormMessage
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.states import DeliveryState
from campaigns.transactional.people import deliveries_by_campaign
from portal.activity import record_activity
from portal.alerts.models import Alert
from portal.alerts.services import clear_alert, raise_alert
from portal.errors import Conflict
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from campaigns.sending.models import Delivery

logger = logging.getLogger(__name__)

ALERT = "form.message_failed"
BOUNCES_SEEN_FOR = timedelta(days=2)
_READ_AT_ONCE = 100
State = FormMessage.State
_SENT = frozenset({DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.COMPLAINED})
_LOST = frozenset({DeliveryState.REFUSED, DeliveryState.SKIPPED, DeliveryState.CANCELLED, DeliveryState.BOUNCED})


def settle_messages() -> dict[str, int]:
    """Note what became of the mails; returns how many were sent and how many failed."""
    found = {"sent": 0, "failed": 0}
    for message, delivery in _with_deliveries(list(_open_messages())):
        state = DeliveryState(delivery.state)
        if state in _SENT:
            found["sent"] += _note_sent(message)
        elif state in _LOST:
            note_failure(message, str(delivery.get_reason_display() or delivery.get_state_display()))
            found["failed"] += 1
    return found


def _open_messages() -> QuerySet[FormMessage]:
    """What is on its way, and what left lately but came back."""
    leaving = FormMessage.objects.filter(state=State.LEAVING, mail__isnull=False)
    came_back = FormMessage.objects.filter(
        Exists(Chunk.objects.filter(campaign_id=OuterRef("mail_id"), bounced_count__gt=0)),
        state=State.SENT, ended_at__gt=timezone.now() - BOUNCES_SEEN_FOR,
    )  # fmt: skip
    return (leaving | came_back).select_related("form", "mail").order_by("pk")


def _with_deliveries(messages: Sequence[FormMessage]) -> Iterator[tuple[FormMessage, Delivery]]:
    """Each message with its mail to the form's one recipient; a few statements for a page of them."""
    for start in range(0, len(messages), _READ_AT_ONCE):
        page = messages[start : start + _READ_AT_ONCE]
        mails = deliveries_by_campaign([message.mail_id for message in page if message.mail_id])
        for message in page:
            for delivery in mails.get(message.mail_id or 0, [])[:1]:
                yield message, delivery


def _note_sent(message: FormMessage) -> int:
    open_row = FormMessage.objects.filter(pk=message.pk, state=State.LEAVING)
    return open_row.update(state=State.SENT, ended_at=timezone.now(), problem="")


@transaction.atomic
def note_failure(message: FormMessage, why: str) -> None:
    """It will not be sent by itself any more: keep it for Failures, and tell by an alert."""
    FormMessage.objects.filter(pk=message.pk).update(state=State.FAILED, problem=why[:300], ended_at=timezone.now())
    raise_alert(
        ALERT, subject_key=f"form:{message.form_id}",
        text=_("A message through the form “%(form)s” could not be sent to you: %(why)s")
        % {"form": message.form.name, "why": why},
        url=reverse("admin:failures"),
    )  # fmt: skip
    logger.warning("form.failed", extra={"form": message.form_id, "form_message": message.pk})


def clear_alerts_without_cause() -> None:
    """Where nothing stands as failed any more, say that it is over."""
    failed = {f"form:{pk}" for pk in FormMessage.objects.filter(state=State.FAILED).values_list("form_id", flat=True)}
    for subject_key in Alert.objects.filter(code=ALERT, cleared_at=None).values_list("subject_key", flat=True):
        if subject_key not in failed:
            clear_alert(ALERT, subject_key=subject_key)


def sweep_forms() -> dict[str, int]:
    """What the sweep does each minute: lost hints, outcomes, old messages."""
    if FormMessage.objects.filter(state=State.RECEIVED).exists():
        publish(TaskName.MAIL_FORM_MESSAGES)
    found = settle_messages()
    clear_alerts_without_cause()
    return {**found, "deleted": delete_old_messages()}


def delete_old_messages() -> int:
    """Delete what is older than its form keeps it, with the mail's words; what failed stays until it is seen to."""
    count = 0
    for form_id, days in ContactForm.objects.values_list("pk", "kept_days"):
        old = FormMessage.objects.filter(form_id=form_id, received_at__lt=timezone.now() - timedelta(days=days))
        count += delete_messages(old.exclude(state__in=(State.RECEIVED, State.LEAVING)))
    return count


def delete_messages(messages: QuerySet[FormMessage]) -> int:
    """Delete them, and what their mails were filled with; the mails stay in the ledger without words."""
    rows = dict(messages.values_list("pk", "mail_id")[:1000])
    with transaction.atomic():
        Campaign.objects.filter(pk__in=[mail for mail in rows.values() if mail]).update(given_values={}, reply_to="")
        FormMessage.objects.filter(pk__in=rows).delete()
    return len(rows)


@transaction.atomic
def try_again(message_id: int, actor: User | None) -> None:
    """Make a new mail of a message that failed. Raises Conflict unless it stands as failed."""
    message = FormMessage.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None or message.state != State.FAILED:
        raise Conflict(_("It does not stand as failed any more."))
    message.state, message.round, message.problem, message.ended_at = State.RECEIVED, message.round + 1, "", None
    message.save(update_fields=["state", "round", "problem", "ended_at"])
    record_activity("form_message.tried_again", actor=actor, target=message, label=message.form.name)
    publish(TaskName.MAIL_FORM_MESSAGES)
