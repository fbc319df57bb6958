"""Webhooks and what was posted to them."""

from __future__ import annotations

from django.utils import timezone

from campaigns.webhooks.events import CHOOSABLE
from campaigns.webhooks.gather import positions_now
from campaigns.webhooks.models import SEALED_FOR, WebhookEndpoint, WebhookPost, WebhookTry
from credentials.encryption.services import seal

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def make_endpoint(name: str = "CRM", **fields) -> WebhookEndpoint:
    fields.setdefault("url", "https://crm.example/hooks/postroom")
    fields.setdefault("event_types", [one.value for one in CHOOSABLE])
    fields.setdefault("positions", positions_now())
    endpoint = WebhookEndpoint(name=name, **fields)
    endpoint.sealed_secret = seal(SECRET, table=SEALED_FOR, row=str(endpoint.secret_row))
    endpoint.save()
    return endpoint


def make_post(endpoint: WebhookEndpoint | None = None, **fields) -> WebhookPost:
    fields.setdefault("body", '{"type":"events","data":{"events":[]}}')
    return WebhookPost.objects.create(endpoint=endpoint or make_endpoint(), event_count=1, **fields)


def a_busy_endpoint() -> WebhookEndpoint:
    """One with posts in every state."""
    endpoint, now = make_endpoint(taken_at=timezone.now()), timezone.now()
    taken = make_post(endpoint, state=WebhookPost.State.TAKEN, try_count=1, ended_at=now)
    WebhookTry.objects.create(post=taken, status=200, excerpt="ok", took_ms=84)
    failed = make_post(endpoint, state=WebhookPost.State.FAILED, try_count=9, ended_at=now)
    WebhookTry.objects.create(post=failed, error="No answer came in time.")
    make_post(endpoint)
    return endpoint


def a_paused_endpoint() -> WebhookEndpoint:
    """One that failed too often."""
    return make_endpoint(paused_at=timezone.now(), failed_in_a_row=20)
