"""The plain loop of bench.sending: boto3's send_email once per person, placeholders replaced, no ledger."""

from __future__ import annotations

import json
import sys

import boto3

from bench import message
from bench.cpu import own_cpu_s


def main(messages: int) -> None:
    client = boto3.client("sesv2", region_name="us-east-1")
    body = message.html()
    _send(client, body, 0)
    before = own_cpu_s()
    for number in range(messages):
        _send(client, body, number)
    print(json.dumps({"cpu_us": (own_cpu_s() - before) / messages * 1e6}))


def _send(client, body: str, number: int) -> None:
    for name in message.FIELDS:
        body = body.replace("{{ " + name + " }}", f"value {number}")
    client.send_email(
        FromEmailAddress="office@postroom.example",
        Destination={"ToAddresses": [f"person{number}@club.example"]},
        Content={
            "Simple": {
                "Subject": {"Data": "News for Anna"},
                "Body": {"Html": {"Data": body}, "Text": {"Data": message.TEXT}},
            }
        },
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
