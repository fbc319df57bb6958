"""What becomes of an SMTP user when a step fails: the reason in words, the next try, giving up, alerts."""

from __future__ import annotations

import logging
import math
import random
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from credentials.smtp_users.models import SmtpKey, SmtpUser, State
from credentials.smtp_users.trouble import words_of
from portal.alerts.models import Severity
from portal.alerts.services import clear_alert, raise_alert
from portal.errors import Throttled
from portal.leases import release
from portal.publish import MAX_DELAY_S, publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from credentials.smtp_users.trouble import NotYet
    from portal.errors import PortalError

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 8  # failures in a row: about two hours
ALERT_AFTER = 3
FAILED, CHANGEOVER = "smtp_user.failed", "smtp_user.changeover"
_FIRST_DELAY_S, _GROWTH, _LONGEST_DELAY_S = 5.0, 3.0, 3600.0
_SLOWER_S = (2.0, 8.0)  # when IAM asks for it; many users at once must not come back together
_REASON_CHARS = 500


def retry_delay_s(try_count: int) -> float:
    """Seconds before the try after so many failures in a row: 5 s, 15 s, 45 s ... at most an hour, spread by a fifth."""
    delay_s = min(_FIRST_DELAY_S * _GROWTH ** (try_count - 1), _LONGEST_DELAY_S)
    return delay_s * random.uniform(0.9, 1.1)  # noqa: S311 - spreads load, guards nothing


def note_waiting(rows: QuerySet[SmtpUser], token: str, wait: NotYet, *, seen_wish: int) -> None:
    """Nothing failed; AWS needs some seconds. What was wished since the worker began does not wait for that."""
    is_older = rows.filter(wish_count=seen_wish).exists()
    _give_back(rows, token, wait.retry_in_s if is_older else 0.0)


def note_failure(rows: QuerySet[SmtpUser], token: str, error: PortalError) -> None:
    """Write down what went wrong and when it is tried again; gives up a creation or a new password after many tries."""
    user = rows.get()
    logger.warning("smtp_user.step_failed", extra={"smtp_user": user.pk, "error": type(error).__name__})
    if isinstance(error, Throttled):
        rows.filter(lease_token=token).update(state_reason=words_of(error)[:_REASON_CHARS])
        _give_back(rows, token, random.uniform(*_SLOWER_S))  # noqa: S311
        return
    user.try_count += 1
    gives_up = user.try_count >= GIVE_UP_AFTER and _can_give_up(user)
    with transaction.atomic():
        is_held = rows.filter(lease_token=token).update(**_outcome(user, error, gives_up=gives_up))
        if is_held and (gives_up or user.try_count >= ALERT_AFTER or _is_urgent(user)):
            _raise_alert(rows.get())
    _give_back(rows, token, 0.0 if gives_up else retry_delay_s(user.try_count))


def clear_alerts(user: SmtpUser) -> None:
    """All is as wished again."""
    clear_alert(FAILED, subject_key=alert_subject(user))
    if not user.keys.filter(role=SmtpKey.Role.OLD).exists():
        clear_alert(CHANGEOVER, subject_key=alert_subject(user))


def alert_subject(user: SmtpUser) -> str:
    """What alerts of this user are about."""
    return f"smtp_user:{user.pk}"


def page_of(user: SmtpUser) -> str:
    """Path of its page."""
    return reverse("admin:credentials_smtpuser_change", args=[user.pk])


def _can_give_up(user: SmtpUser) -> bool:
    """Only what has a state to fall back to: nothing at all, or the password that works. The rest is tried for ever."""
    if user.is_given_up or user.delete_at is not None or not user.is_enabled:
        return False
    return not _has_current_key(user) or user.rotation_asked_at is not None


def _outcome(user: SmtpUser, error: PortalError, *, gives_up: bool) -> dict[str, object]:
    told: dict[str, object] = {"try_count": user.try_count}
    if not user.is_given_up:  # while it is undone, the reason is what made us give up
        told["state_reason"] = words_of(error)[:_REASON_CHARS]
    if user.delete_at is None and not _has_current_key(user) and user.state != State.FAILED:
        told |= {"state": State.FAILED, "state_at": timezone.now()}
    if gives_up:
        told |= {"is_given_up": True, "rotation_asked_at": None}
    return told


def _is_urgent(user: SmtpUser) -> bool:
    """Somebody wants a login to stop, and it works on."""
    return (user.delete_at is not None or not user.is_enabled) and user.keys.filter(is_active=True).exists()


def _has_current_key(user: SmtpUser) -> bool:
    return user.keys.filter(role=SmtpKey.Role.CURRENT).exists()


def _raise_alert(user: SmtpUser) -> None:
    text = _("SMTP user %(name)s: %(reason)s") % {"name": user.username, "reason": user.state_reason}
    raise_alert(FAILED, subject_key=alert_subject(user), text=text, url=page_of(user), severity=Severity.BAD)


def _give_back(rows: QuerySet[SmtpUser], token: str, retry_in_s: float) -> None:
    user_id = rows.values_list("pk", flat=True).get()
    if release(rows, token, retry_in_s=retry_in_s or None) and retry_in_s <= MAX_DELAY_S:
        publish(TaskName.PROVISION_SMTP_USER, delay_s=math.ceil(retry_in_s), user_id=user_id)
