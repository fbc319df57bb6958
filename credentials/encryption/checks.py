"""System checks of where secrets are sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from credentials.encryption import local_master
from portal.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence


@register
def local_master_keys_are_private(**_kwargs: Any) -> Sequence[CheckMessage]:
    """credentials.E001: without KMS_KEY_ID, the master keys are in a file that its owner alone may read."""
    if settings.KMS_KEY_ID or not local_master.path().exists():
        return []
    try:
        local_master.read_keys()
    except ConfigurationError as error:
        return [Error(str(error), hint="Nothing is sealed or opened meanwhile.", id="credentials.E001")]
    return []


@register(Tags.security, deploy=True)
def kms_seals_in_deployments(**_kwargs: Any) -> Sequence[CheckMessage]:
    """credentials.W001: a file on one machine's disk is lost with the disk, and other machines do not have it."""
    if settings.KMS_KEY_ID:
        return []
    hint = "Set KMS_KEY_ID; then run manage.py reencrypt if secrets are stored already."
    return [Warning("Secrets are sealed under a master key on disk.", hint=hint, id="credentials.W001")]
