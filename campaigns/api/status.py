"""How a campaign stands, for a program that waits for it: counts, rate, finish, and what is known of the network."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from django.conf import settings
from django.utils import timezone

from campaigns.relays.models import Relay, RelayUse
from campaigns.sending.models import Campaign
from campaigns.sending.progress import Progress, read_progress
from campaigns.sending.states import CampaignKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.sending.models import SendingAccount

RECENTLY = timedelta(minutes=15)


class NetworkDict(TypedDict):
    """What the customer wants to know of the way that a request and its mails take."""

    request: dict[str, Any]
    relay: dict[str, Any]
    deployment: dict[str, Any]


def campaign_status(campaign_id: int, *, environ: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer of campaign-status; None where there is no such campaign. `environ`: of this request (WSGI)."""
    campaigns = Campaign.objects.select_related("account__relay").defer("body", "text_body")
    campaign = campaigns.filter(pk=campaign_id, campaign_kind=CampaignKind.CAMPAIGN).first()
    if campaign is None:
        return None
    progress = read_progress(campaign)
    return {
        "id": campaign.pk,
        "campaign_name": campaign.name,
        "status": campaign.status,
        "status_reason": campaign.status_reason,
        "is_test": campaign.is_rehearsal,
        "created_at": _moment(campaign.created_at),
        "started_at": _moment(campaign.started_at),
        "finished_at": _moment(campaign.finished_at),
        "progress": _progress(progress),
        "network": _network(campaign.account, environ),
    }


def _progress(progress: Progress) -> dict[str, Any]:
    left = progress.seconds_left
    return {
        "total": progress.total,
        "handled": progress.handled,
        "percent": round(progress.percent, 2),
        "is_final": progress.is_final,
        "counts": {state.name.lower(): count for state, count in progress.states.items()},
        "causes": [
            {"state": cause.state.name.lower(), "reason": cause.reason.name.lower(), "text": cause.reason.label,
             "people": cause.people}
            for cause in progress.causes
        ],
        "rate_per_s": round(progress.rate_now_per_s, 2),
        "allowed_rate_per_s": progress.allowed_per_s,
        "seconds_left": None if left is None else round(left, 1),
        "finishes_at": None if left is None or progress.is_final else _moment(timezone.now() + timedelta(seconds=left)),
    }  # fmt: skip


def _network(account: SendingAccount | None, environ: Mapping[str, Any]) -> NetworkDict:
    return NetworkDict(
        request=_request(environ),
        relay=_relay(account),
        deployment={"isolation": settings.API_ISOLATION, "vpc_endpoints": list(settings.API_VPC_ENDPOINTS)},
    )


def _request(environ: Mapping[str, Any]) -> dict[str, Any]:
    """By API Gateway's request context, which only API Gateway can write: it is no header."""
    event = environ.get("lambda.event")
    context = event.get("requestContext") if isinstance(event, dict) else None
    context = context if isinstance(context, dict) else {}
    identity = context.get("identity")
    identity = identity if isinstance(identity, dict) else {}
    endpoint = str(identity.get("vpceId") or "")
    ours = settings.API_VPC_ENDPOINTS
    return {
        "through_api_gateway": bool(context),
        "through_vpc_endpoint": bool(endpoint) and (not ours or endpoint in ours),
        "vpc_endpoint_id": endpoint or None,
        "vpc_id": str(identity.get("vpcId") or "") or None,
    }


def _relay(account: SendingAccount | None) -> dict[str, Any]:
    if account is None:
        return {"kind": None, "connectivity": "unknown"}
    if account.is_ses:
        is_known = account.refreshed_at is not None and timezone.now() - account.refreshed_at < RECENTLY
        connectivity = (
            "failing" if account.problem or not account.is_sending_enabled else "ok" if is_known else "unknown"
        )
        return {
            "kind": "ses", "region": account.region, "connectivity": connectivity,
            "last_error": account.problem or None, "checked_at": _moment(account.refreshed_at),
        }  # fmt: skip
    relay = Relay.objects.filter(account=account).first()
    return _smtp(relay) if relay else {"kind": "smtp", "connectivity": "unknown"}


def _smtp(relay: Relay) -> dict[str, Any]:
    """By what the workers met there last; nobody connects for this answer."""
    last = RelayUse.objects.filter(relay=relay).order_by("-noted_at").first()
    has_failed = last is not None and (last.failed_connection_count > 0 or last.failed_login_count > 0)
    # A connection whose login was refused carries no mail.
    has_served = last is not None and (last.message_count > 0 or (last.connection_count > 0 and not has_failed))
    return {
        "kind": "smtp",
        "host": relay.host,
        "port": relay.port,
        "security": relay.security,
        "connectivity": "failing" if has_failed and not has_served else "ok" if has_served else "unknown",
        "last_error": relay.last_error or None,
        "checked_at": _moment(last.noted_at if last else relay.tested_at),
    }


def _moment(at: Any) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
