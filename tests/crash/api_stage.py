"""Work inside an API run's own environment: `python -m tests.crash.api_stage prepare`, `... report`."""

from __future__ import annotations

import json
import sys

import workers.app  # noqa: F401  # sets Django up
from campaigns.audience.consent import Consent
from campaigns.sending.models import Campaign, Chunk, SendingAccount
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.transactional.models import TransactionalMessage
from credentials.api_keys.scopes import Scope
from credentials.api_keys.services import KeyWishes, create_key


def prepare() -> None:
    """An account to send through and a key; prints the key."""
    SendingAccount.objects.create(name="Double", region="us-east-1", max_rate_per_s=100, quota_24h=1_000_000)
    wishes = KeyWishes("Crash proof", Scope.values, per_minute=100_000)
    print(json.dumps({"key": create_key(wishes, actor=None).text}))


def report() -> None:
    """Print what is kept of each post, as JSON: {kind: [[number of the post, what it was answered], ...]}."""
    messages = TransactionalMessage.objects.select_related("campaign")
    campaigns = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN)
    has_work = set(Chunk.objects.filter(is_open=True).values_list("campaign_id", flat=True))
    found = {
        "messages": [[row.campaign.given_values["number"], str(row.public_id)] for row in messages],
        "contacts": [[wording.split()[1], ""] for wording in Consent.objects.values_list("wording", flat=True)],
        "campaigns": [[row.name.split()[1], str(row.pk)] for row in campaigns.exclude(status=CampaignStatus.DRAFT)],
        "drafts": [[row.name.split()[1], ""] for row in campaigns.filter(status=CampaignStatus.DRAFT)],
        "idle": [[str(row.pk), ""] for row in messages if row.campaign_id not in has_work],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    {"prepare": prepare, "report": report}[sys.argv[1]]()
