"""Posting what waits for one endpoint, in order, by one worker at a time, outside of any transaction.

At least once: a worker killed between the post and its note leaves the post waiting, and it is posted again under the
same id, by which receivers know it.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.webhooks.models import SEALED_FOR, WebhookEndpoint, WebhookPost, WebhookTry
from credentials.encryption.services import unseal
from portal.alerts.models import Severity
from portal.alerts.services import clear_alert, raise_alert
from portal.errors import AnswerLost, OutsideError, PortalError
from portal.leases import claim, is_due, release
from portal.public_post import PostAnswer, post
from portal.publish import publish
from portal.queues import TaskName
from portal.webhook_signing import signed_headers

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

LEASE_S = 120
BUDGET_S = 60.0
RETRY_S = (5, 30, 120, 600, 1800, 3600, 10_800, 21_600)  # then every six hours
LONGEST_REST_S = 600  # of an endpoint that failed, in which its other posts wait, too
PAUSED, GIVEN_UP = "webhook.paused", "webhook.given_up"
_GONE = 410
State = WebhookPost.State


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try."""

    status: int = 0
    excerpt: str = ""
    took_ms: int = 0
    error: str = ""

    @property
    def is_taken(self) -> bool:
        return not self.error and 200 <= self.status < 300  # noqa: PLR2004


def post_due(endpoint_id: int) -> int:
    """Post what is due; returns how many were taken. Harmless twice: one worker holds the endpoint."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint_id, is_active=True, paused_at=None)
    token = claim(rows, lease_s=LEASE_S)
    if token is None:
        return 0
    endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
    try:
        secrets = secrets_of(endpoint)
    except PortalError as error:
        logger.warning("webhook.no_secret", extra={"endpoint": endpoint_id, "error": str(error)})
        release(WebhookEndpoint.objects.filter(pk=endpoint_id), token, retry_in_s=RETRY_S[2])
        return 0
    taken, has_failed = _post_in_order(endpoint, secrets)
    rest_s = _rest_s(0 if taken else endpoint.failed_in_a_row) if has_failed else None
    release(WebhookEndpoint.objects.filter(pk=endpoint_id), token, retry_in_s=rest_s)
    if not has_failed and _due(endpoint).exists():
        publish(TaskName.POST_WEBHOOKS, endpoint_id=endpoint_id)
    return taken


def _rest_s(failed_before: int) -> float:
    """So long nothing is posted there: an outage of a minute must not use up the failures of all that waits. A second
    less than the failed post itself waits, so that its hint finds the endpoint free.
    """
    return min(LONGEST_REST_S, RETRY_S[min(failed_before, len(RETRY_S) - 1)]) - 1


def secrets_of(endpoint: WebhookEndpoint) -> list[str]:
    """What it signs with: while a secret is replaced, also the earlier one. Raises as `unseal`."""
    sealed = [endpoint.sealed_secret]
    if endpoint.sealed_previous_secret and endpoint.previous_until and endpoint.previous_until > timezone.now():
        sealed.append(endpoint.sealed_previous_secret)
    return [unseal(text, table=SEALED_FOR, row=str(endpoint.secret_row)) for text in sealed]


def _due(endpoint: WebhookEndpoint) -> QuerySet[WebhookPost]:
    going = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True, paused_at=None)
    return WebhookPost.objects.filter(is_due(), endpoint__in=going, state=State.WAITING).order_by("pk")


def _post_in_order(endpoint: WebhookEndpoint, secrets: list[str]) -> tuple[int, bool]:
    """How many were taken, and whether one was not."""
    taken, deadline_s = 0, time.monotonic() + BUDGET_S
    while time.monotonic() < deadline_s and (waiting := _due(endpoint).first()) is not None:
        tried = _try(endpoint, waiting, secrets)
        taken += _note(endpoint, waiting, tried)
        if not tried.is_taken:
            return taken, True  # whoever comes next would meet the same
    return taken, False


def _try(endpoint: WebhookEndpoint, waiting: WebhookPost, secrets: list[str]) -> Tried:
    body = waiting.body.encode()
    headers = {
        "Content-Type": "application/json",
        **signed_headers(waiting.post_key, body, timestamp_s=int(timezone.now().timestamp()), secrets=secrets),
    }
    try:
        answer: PostAnswer = post(endpoint.url, body, headers=headers, allowed_hosts=settings.WEBHOOK_ALLOWED_HOSTS)
    except AnswerLost as error:
        return Tried(error=str(error))
    except OutsideError as error:
        return Tried(error=f"{error} ({error.code})")
    return Tried(answer.status, answer.excerpt, answer.duration_ms)


def _note(endpoint: WebhookEndpoint, waiting: WebhookPost, tried: Tried) -> int:
    WebhookTry.objects.create(
        post=waiting, status=tried.status, excerpt=tried.excerpt, took_ms=tried.took_ms, error=tried.error[:300]
    )
    row, now = WebhookPost.objects.filter(pk=waiting.pk), timezone.now()
    if tried.is_taken:
        row.update(state=State.TAKEN, ended_at=now, try_count=F("try_count") + 1, retry_at=None)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failed_in_a_row=0, taken_at=now)
        return 1
    row.update(try_count=F("try_count") + 1)
    if now >= waiting.give_up_at:
        row.update(state=State.FAILED, ended_at=now, retry_at=None)
        _tell_given_up(endpoint)
    else:
        delay_s = RETRY_S[min(waiting.try_count, len(RETRY_S) - 1)]
        row.update(retry_at=now + timedelta(seconds=delay_s))
        publish(TaskName.POST_WEBHOOKS, delay_s=delay_s, endpoint_id=endpoint.pk)
    _count_failure(endpoint, is_gone=tried.status == _GONE)
    return 0


def _count_failure(endpoint: WebhookEndpoint, *, is_gone: bool) -> None:
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk, paused_at=None)
    row.update(failed_in_a_row=F("failed_in_a_row") + 1)
    most = 1 if is_gone else settings.WEBHOOK_PAUSED_AFTER
    if row.filter(failed_in_a_row__gte=most).update(paused_at=timezone.now()):
        raise_alert(
            PAUSED, subject_key=_subject_key(endpoint), severity=Severity.WARN, url=_page(endpoint),
            text=_("The webhook “%s” is paused: it failed too often. Nothing is lost; let it go on when it is mended.")
            % endpoint.name,
        )  # fmt: skip


def _tell_given_up(endpoint: WebhookEndpoint) -> None:
    raise_alert(
        GIVEN_UP, subject_key=_subject_key(endpoint), severity=Severity.WARN, url=_page(endpoint),
        text=_("Events for the webhook “%s” were given up: it did not take them in time.") % endpoint.name,
    )  # fmt: skip


def _subject_key(endpoint: WebhookEndpoint) -> str:
    return f"webhook:{endpoint.pk}"


def _page(endpoint: WebhookEndpoint) -> str:
    return reverse("admin:campaigns_webhookendpoint_change", args=[endpoint.pk])


def clear_alerts(endpoint: WebhookEndpoint) -> None:
    """A person has seen to it."""
    for code in (PAUSED, GIVEN_UP):
        clear_alert(code, subject_key=_subject_key(endpoint))
