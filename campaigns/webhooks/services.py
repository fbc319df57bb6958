"""What people do with webhooks: make one, replace its secret, try it, let it go on, post again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.webhooks.events import Event, EventType
from campaigns.webhooks.gather import body_of, positions_now
from campaigns.webhooks.models import SEALED_FOR, WebhookEndpoint, WebhookPost
from campaigns.webhooks.posting import clear_alerts
from credentials.encryption.services import seal
from portal.activity import record_activity
from portal.errors import Conflict
from portal.publish import publish
from portal.queues import TaskName
from portal.webhook_signing import new_secret

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BOTH_SECRETS_FOR = timedelta(hours=24)
_PRUNED_AT_ONCE = 1000


def add_endpoint(endpoint: WebhookEndpoint, *, actor: User) -> str:
    """Save a new endpoint that is told of what happens from now on; returns its secret, which is shown once."""
    secret = new_secret()
    endpoint.sealed_secret = seal(secret, table=SEALED_FOR, row=str(endpoint.secret_row))
    endpoint.positions = positions_now()
    endpoint.created_by = actor
    with transaction.atomic():
        endpoint.save()
        record_activity("webhook.created", actor=actor, target=endpoint)
    return secret


@transaction.atomic
def change_endpoint(endpoint: WebhookEndpoint, *, actor: User) -> None:
    """Save it; one that was switched off begins anew with what happens from now on."""
    before = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    changes = {"name": endpoint.name, "url": endpoint.url, "event_types": endpoint.event_types}
    restart = {"positions": positions_now()} if endpoint.is_active and not before.is_active else {}
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        is_active=endpoint.is_active, retry_at=None, **changes, **restart
    )
    record_activity("webhook.changed", actor=actor, target=endpoint)


def replace_secret(endpoint: WebhookEndpoint, *, actor: User) -> str:
    """A new secret, shown once; for a day both sign, so that the receiver can change over in between."""
    secret = new_secret()
    sealed = seal(secret, table=SEALED_FOR, row=str(endpoint.secret_row))
    with transaction.atomic():
        row = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        WebhookEndpoint.objects.filter(pk=row.pk).update(
            sealed_secret=sealed, sealed_previous_secret=row.sealed_secret,
            previous_until=timezone.now() + BOTH_SECRETS_FOR,
        )  # fmt: skip
        record_activity("webhook.secret_replaced", actor=actor, target=row)
    return secret


@transaction.atomic
def send_ping(endpoint: WebhookEndpoint, *, actor: User) -> WebhookPost:
    """Post a test event, also where it is not among the chosen ones."""
    at = timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    event = Event(f"evt_ping_{uuid4().hex}", EventType.PING, at, {"by": actor.get_username()})
    post = WebhookPost.objects.create(endpoint=endpoint, body=body_of([event]), event_count=1)
    _end_rest(endpoint.pk)
    record_activity("webhook.tested", actor=actor, target=endpoint)
    publish(TaskName.POST_WEBHOOKS, endpoint_id=endpoint.pk)
    return post


@transaction.atomic
def post_again(post_id: int, *, actor: User) -> WebhookPost:
    """Post the same body once more under the same id. Raises Conflict while it waits anyway."""
    post = WebhookPost.objects.select_for_update(of=("self",)).select_related("endpoint").get(pk=post_id)
    if post.state == WebhookPost.State.WAITING:
        raise Conflict(_("It waits to be sent already."))
    WebhookPost.objects.filter(pk=post_id).update(
        state=WebhookPost.State.WAITING, retry_at=None, ended_at=None, try_count=0,
        give_up_at=timezone.now() + timedelta(hours=settings.WEBHOOK_TRIED_H),
    )  # fmt: skip
    _end_rest(post.endpoint_id)
    record_activity("webhook.tried_again", actor=actor, target=post.endpoint, post=post.post_key)
    publish(TaskName.POST_WEBHOOKS, endpoint_id=post.endpoint_id)
    return post


def _end_rest(endpoint_id: int) -> None:
    """A person waits for it."""
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(retry_at=None)


@transaction.atomic
def let_go_on(endpoint: WebhookEndpoint, *, actor: User) -> None:
    """End the pause that failures brought; what happened meanwhile is told."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(paused_at=None, failed_in_a_row=0, retry_at=None)
    WebhookPost.objects.filter(endpoint=endpoint, state=WebhookPost.State.WAITING).update(
        retry_at=None, give_up_at=timezone.now() + timedelta(hours=settings.WEBHOOK_TRIED_H)
    )
    clear_alerts(endpoint)
    record_activity("webhook.resumed", actor=actor, target=endpoint)
    publish(TaskName.TELL_WEBHOOKS, again=0)


@transaction.atomic
def remove_endpoint(endpoint: WebhookEndpoint, *, actor: User) -> None:
    """Take it away with its log."""
    clear_alerts(endpoint)
    record_activity("webhook.deleted", actor=actor, target=endpoint)
    endpoint.delete()


def prune_log() -> int:
    """Delete posts whose time in the log is over; called by the sweep. Returns how many."""
    old = WebhookPost.objects.filter(ended_at__lt=timezone.now() - timedelta(days=settings.WEBHOOK_LOG_DAYS))
    ids = list(old.order_by("ended_at").values_list("pk", flat=True)[:_PRUNED_AT_ONCE])
    WebhookPost.objects.filter(pk__in=ids).delete()
    return len(ids)
