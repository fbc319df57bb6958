"""What the API remembers of requests, so that one that is repeated is carried out once."""

from __future__ import annotations

from django.db import models

from campaigns.sending.models import Campaign
from credentials.api_keys.models import ApiKey
from portal.fields import KeyField


class ApiRequest(models.Model):
    """One request with an Idempotency-Key, and the answer it got; the same key and body get the same answer.

    Written by the API in the transaction of the deed; swept after API_IDEMPOTENCY_DAYS. No answer yet means that the
    deed is under way, or that the process died in it: from `busy_until` on a repetition carries it on.
    """

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    idempotency_key = KeyField(max_length=255)
    body_digest = models.CharField(max_length=64)  # SHA-256 of method, address and body, in hex
    status = models.SmallIntegerField(default=0)  # HTTP status of the answer; 0 = none yet
    answer = models.JSONField(default=dict, blank=True)  # {"headers": {name: value}, "body": JSON}
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.SET_NULL, related_name="+")
    busy_until = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("api_key", "idempotency_key"), name="api_request_once"),)

    def __str__(self) -> str:
        return f"{self.api_key_id}: {self.idempotency_key[:20]}"
