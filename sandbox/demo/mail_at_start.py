"""Mail of the demo at each start of the sandbox: the raw mails, which moto forgets, and fresh ones the first time."""

from __future__ import annotations

import os
import smtplib

import boto3

from sandbox.demo.inbound import stored_mails
from sandbox.demo.mails import FRESH_MAILS
from sandbox.ports import HOST


def put_past_mail() -> None:
    """Put the raw mails of the past into the bucket. Endpoints and credentials come from the environment."""
    s3 = boto3.client("s3", region_name=os.environ.get("AWS_REGION") or "us-east-1")
    for key, raw in stored_mails().items():
        s3.put_object(Bucket=os.environ.get("INBOUND_BUCKET") or "postroom-inbound", Key=key, Body=raw)


def let_fresh_mail_in(door_port: int) -> None:
    """Send what comes in at the first start to the door, in the real way. Raises OSError."""
    with smtplib.SMTP(HOST, door_port, timeout=10) as client:
        for mail in FRESH_MAILS:
            client.sendmail(mail.sender, [mail.recipient], mail.raw())
