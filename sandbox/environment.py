"""Variables that lead boto3 to the sandbox and to nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOPBACK = "127.0.0.1,localhost"


def clean_environment() -> dict[str, str]:
    """Return this process's variables without any of AWS: no profile, key or endpoint gets through."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def aws_environment(moto_url: str, region: str) -> dict[str, str]:
    """Return the variables that lead boto3 to moto, with credentials that open nothing else."""
    return {
        "AWS_ENDPOINT_URL": moto_url,
        # Said for each service too, so that an endpoint in `.env` cannot lead a child elsewhere.
        **{f"AWS_ENDPOINT_URL_{service}": moto_url for service in ("S3", "SQS", "SNS", "IAM", "KMS", "STS")},
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": LOOPBACK,
        "no_proxy": LOOPBACK,
    }


def smtp_environment(port: int, tls_port: int, certificate: Path) -> dict[str, str]:
    """Return the variables that lead the portal to the SMTP endpoint of the sandbox."""
    return {
        "SES_SMTP_HOST": "localhost",
        "SES_SMTP_PORT": str(port),
        "SES_SMTP_TLS_PORT": str(tls_port),
        "SMTP_CA_FILE": str(certificate),
    }


@contextmanager
def changed_environment(changes: dict[str, str]) -> Iterator[None]:
    """Set variables of this process, drop those of AWS that are not among them, and put all back."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("AWS_") and name not in changes:
            del os.environ[name]
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
