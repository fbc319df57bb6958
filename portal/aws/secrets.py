"""The secret settings of an installation on AWS: one parameter of Systems Manager, one object of JSON.

Read by the settings, so it stands on its own: no Django, and boto3 only where there is a parameter to read.
"""

from __future__ import annotations

import json

from portal.errors import ConfigurationError


def read_secrets(parameter: str, *, region: str) -> dict[str, str]:
    """Variables by name. Raises ConfigurationError when the parameter cannot be read, or is no object of texts."""
    import boto3  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        answer = boto3.client("ssm", region_name=region).get_parameter(Name=parameter, WithDecryption=True)
        found = json.loads(answer["Parameter"]["Value"])
    except (ClientError, BotoCoreError, ValueError) as error:
        raise ConfigurationError(f"SECRETS_PARAMETER {parameter} cannot be read: {type(error).__name__}") from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ConfigurationError(f"SECRETS_PARAMETER {parameter} must be an object of JSON, of texts alone")
    return found
